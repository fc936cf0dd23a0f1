import { ExpressionSyntaxError } from './expression-syntax-error.js';
import type { JuelToken } from './juel-tokens.js';
import type { BinaryOperator, JuelTree, UnaryOperator } from './juel-tree.js';

const MAX_DEPTH = 100;

/** From the weakest binding to the strongest; words are the same operators spelled out. */
const LEVELS: readonly Readonly<Record<string, BinaryOperator>>[] = [
  { '||': '||', or: '||' },
  { '&&': '&&', and: '&&' },
  { '==': '==', eq: '==', '!=': '!=', ne: '!=' },
  { '<': '<', lt: '<', '<=': '<=', le: '<=', '>': '>', gt: '>', '>=': '>=', ge: '>=' },
  { '+': '+', '-': '-' },
  { '*': '*', '/': '/', div: '/', '%': '%', mod: '%' },
];
const UNARY: Readonly<Record<string, UnaryOperator>> = { '-': '-', '!': '!', not: '!', empty: 'empty' };
const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Parses the words of one `${...}` (JSR 245 section 1.19, without methods and functions).
 * @throws ExpressionSyntaxError
 */
export function parseJuel(tokens: readonly JuelToken[], source: string): JuelTree {
  return new Parser(tokens, source).parse();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly JuelToken[],
    private readonly source: string,
  ) {}

  parse(): JuelTree {
    const tree = this.choice();
    if (this.token.kind !== 'end') throw this.unexpected("an operator or '}'");
    return tree;
  }

  private choice(): JuelTree {
    return this.nested(() => {
      const condition = this.binary(0);
      if (!this.take('?')) return condition;
      const yes = this.choice();
      this.expect(':');
      return { kind: 'choice', condition, yes, no: this.choice() };
    });
  }

  private binary(level: number): JuelTree {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let count = 0; ; count++) {
      const operator = this.operatorOf(operators);
      if (!operator) return left;
      if (count >= MAX_DEPTH) throw this.error(`Expected at most ${MAX_DEPTH} operators in a row, but there are more`);
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): JuelTree {
    const operator = this.operatorOf(UNARY);
    return operator ? { kind: 'unary', operator, operand: this.nested(() => this.unary()) } : this.member();
  }

  private member(): JuelTree {
    let tree = this.primary();
    for (let count = 0; count < MAX_DEPTH; count++) {
      if (this.token.text === '(' && this.token.kind === 'sign') throw this.noMethods();
      if (this.take('.')) {
        if (this.token.kind !== 'name') throw this.unexpected('the name of a property');
        tree = { kind: 'property', object: tree, key: { kind: 'literal', value: this.next().text } };
      } else if (this.take('[')) {
        tree = { kind: 'property', object: tree, key: this.choice() };
        this.expect(']');
      } else return tree;
    }
    throw this.error(`Expected at most ${MAX_DEPTH} properties in a row, but there are more`);
  }

  private primary(): JuelTree {
    if (this.take('(')) {
      const tree = this.choice();
      this.expect(')');
      return tree;
    }
    const { kind, text } = this.token;
    if (kind === 'end' || kind === 'sign') throw this.unexpected('a name or a value');
    this.at++;
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'string') return { kind: 'literal', value: text };
    const constant = Object.hasOwn(CONSTANTS, text) ? CONSTANTS[text] : undefined;
    return constant === undefined ? { kind: 'name', name: text } : { kind: 'literal', value: constant };
  }

  private nested(parse: () => JuelTree): JuelTree {
    if (++this.depth > MAX_DEPTH) throw this.error(`Expected at most ${MAX_DEPTH} levels, but it is nested deeper`);
    const tree = parse();
    this.depth--;
    return tree;
  }

  private operatorOf<T>(operators: Readonly<Record<string, T>>): T | undefined {
    const { kind, text } = this.token;
    if ((kind !== 'sign' && kind !== 'name') || !Object.hasOwn(operators, text)) return undefined;
    this.at++;
    return operators[text];
  }

  private get token(): JuelToken {
    return this.tokens[this.at] ?? { kind: 'end', text: '}', position: this.source.length };
  }

  private next(): JuelToken {
    const token = this.token;
    this.at++;
    return token;
  }

  private take(sign: string): boolean {
    if (this.token.kind !== 'sign' || this.token.text !== sign) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.take(sign)) throw this.unexpected(`'${sign}'`);
  }

  private noMethods(): ExpressionSyntaxError {
    return this.error("Expected a value, but found a call: methods and functions are not executed in '${...}'");
  }

  private unexpected(expected: string): ExpressionSyntaxError {
    return this.error(`Expected ${expected}, but found '${this.token.text}'`);
  }

  private error(message: string): ExpressionSyntaxError {
    return new ExpressionSyntaxError(message, this.source, this.token.position);
  }
}
