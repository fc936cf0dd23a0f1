import type { JsonValue } from '../engine/index.js';

/** A parsed `${...}`. */
export type JuelTree =
  | { readonly kind: 'literal'; readonly value: JsonValue }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'property'; readonly object: JuelTree; readonly key: JuelTree }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: JuelTree }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: JuelTree; readonly right: JuelTree }
  | { readonly kind: 'choice'; readonly condition: JuelTree; readonly yes: JuelTree; readonly no: JuelTree };

export type UnaryOperator = '-' | '!' | 'empty';
export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||';
