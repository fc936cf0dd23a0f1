import type { Expression } from './expression.js';

/** `target = source`. */
export interface Mapping {
  /** A variable's name; `a.b` writes into the object `a`. */
  readonly target: string;
  readonly source: Expression;
}
