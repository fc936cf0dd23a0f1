import { ExpressionError, type JsonValue, type Variables } from '../engine/index.js';
import type { BinaryOperator, JuelTree } from './juel-tree.js';
import { readProperty } from './read-property.js';

/** The value of a parsed `${...}`. Its depth is bounded by the parser's. @throws ExpressionError */
export function evaluateJuel(tree: JuelTree, variables: Variables): JsonValue {
  switch (tree.kind) {
    case 'literal':
      return tree.value;
    case 'name':
      return readProperty(variables, tree.name);
    case 'property': {
      const key = evaluateJuel(tree.key, variables);
      if (typeof key !== 'string' && typeof key !== 'number') return null;
      return readProperty(evaluateJuel(tree.object, variables), key);
    }
    case 'choice':
      return evaluateJuel(isTrue(evaluateJuel(tree.condition, variables)) ? tree.yes : tree.no, variables);
    case 'unary': {
      const value = evaluateJuel(tree.operand, variables);
      if (tree.operator === 'empty') return isEmpty(value);
      return tree.operator === '!' ? !isTrue(value) : -toNumber(value, '-');
    }
    case 'binary':
      return binary(tree.operator, tree.left, tree.right, variables);
  }
}

function binary(operator: BinaryOperator, left: JuelTree, right: JuelTree, variables: Variables): JsonValue {
  const a = evaluateJuel(left, variables);
  if (operator === '&&') return isTrue(a) && isTrue(evaluateJuel(right, variables));
  if (operator === '||') return isTrue(a) || isTrue(evaluateJuel(right, variables));
  const b = evaluateJuel(right, variables);
  switch (operator) {
    case '==':
      return areEqual(a, b);
    case '!=':
      return !areEqual(a, b);
    case '+':
      return isNumeric(a) && isNumeric(b) ? finite(toNumber(a, '+') + toNumber(b, '+')) : juelText(a) + juelText(b);
    case '-':
      return finite(toNumber(a, '-') - toNumber(b, '-'));
    case '*':
      return finite(toNumber(a, '*') * toNumber(b, '*'));
    case '/':
      return divide(toNumber(a, '/'), toNumber(b, '/'), (x, y) => x / y);
    case '%':
      return divide(toNumber(a, '%'), toNumber(b, '%'), (x, y) => x % y);
    default:
      return compare(operator, a, b);
  }
}

/** As text inside a longer text: nothing for `null`, JSON for lists and objects. */
export function juelText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function compare(operator: '<' | '<=' | '>' | '>=', a: JsonValue, b: JsonValue): boolean {
  if (a === null || b === null) return false;
  const textual = typeof a === 'string' && typeof b === 'string';
  const [x, y] = textual ? [a, b] : [toNumber(a, operator), toNumber(b, operator)];
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  return operator === '>' ? x > y : x >= y;
}

/** A number and a text that is one are equal, as in JUEL; so are `true` and `"true"`. Lists and objects by content. */
function areEqual(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a === 'object' || typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b);
  if (typeof a === 'number' || typeof b === 'number') return isNumeric(a) && isNumeric(b) && Number(a) === Number(b);
  return String(a) === String(b);
}

function isTrue(value: JsonValue): boolean {
  if (value === null || typeof value === 'boolean') return value === true;
  if (typeof value === 'string' && /^(true|false|)$/i.test(value)) return value.toLowerCase() === 'true';
  throw new ExpressionError(`Expected true or false, but got ${describe(value)}`);
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isNumeric(value: JsonValue): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));
}

function toNumber(value: JsonValue, operator: string): number {
  if (value === null || value === '') return 0;
  if (isNumeric(value)) return Number(value);
  throw new ExpressionError(`Expected a number beside '${operator}', but got ${describe(value)}`);
}

function divide(a: number, b: number, operation: (a: number, b: number) => number): number {
  if (b === 0) throw new ExpressionError(`Expected a divisor other than 0 for ${a}, but got 0`);
  return finite(operation(a, b));
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new ExpressionError('Expected a finite number, but the result is too large');
  return value;
}

function describe(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
