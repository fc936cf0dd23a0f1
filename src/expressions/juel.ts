import type { Expression, JsonValue, Variables } from '../engine/index.js';
import { ExpressionSyntaxError } from './expression-syntax-error.js';
import { evaluateJuel, juelText } from './juel-evaluator.js';
import { parseJuel } from './juel-parser.js';
import { readTokens } from './juel-tokens.js';
import type { JuelTree } from './juel-tree.js';

const MAX_LENGTH = 100_000;

/** A stretch of plain text, or one `${...}` with its place in the text. */
export type JuelPart = string | { readonly tree: JuelTree; readonly start: number; readonly end: number };

/** Whether a text contains `${...}` or `#{...}` at all. */
export function isJuel(text: string): boolean {
  return /[$#]\{/.test(text);
}

/**
 * Compiles text with `${...}` (or `#{...}`): a lone placeholder has its own value, anything longer is text.
 * Plain data only: own properties, no methods, no functions. A missing variable is `null`, and so is every property of it.
 * @throws ExpressionSyntaxError when an expression in it cannot be understood.
 */
export function compileJuel(source: string): Expression {
  const parts = splitJuel(source.trim());
  const [only] = parts;
  const lone = parts.length === 1 && typeof only === 'object' ? only.tree : null;
  const evaluate = (variables: Variables): JsonValue =>
    lone ? evaluateJuel(lone, variables) : parts.map((part) => juelPartText(part, variables)).join('');
  return { language: 'juel', source, evaluate };
}

/** A part of a text as text. */
export function juelPartText(part: JuelPart, variables: Variables): string {
  return typeof part === 'string' ? part : juelText(evaluateJuel(part.tree, variables));
}

/** Cuts a text at its `${...}`. `\${` is the two characters themselves. @throws ExpressionSyntaxError */
export function splitJuel(source: string): JuelPart[] {
  if (source.length > MAX_LENGTH)
    throw new ExpressionSyntaxError(`Expected at most ${MAX_LENGTH} characters, but there are ${source.length}`, source, 0);
  const parts: JuelPart[] = [];
  const opening = /\\?[$#]\{/g;
  let plain = '';
  let at = 0;
  while (at < source.length) {
    opening.lastIndex = at;
    const next = opening.exec(source)?.index ?? source.length;
    plain += source.slice(at, next);
    at = next;
    if (at === source.length) break;
    if (source[at] === '\\') {
      plain += source.slice(at + 1, at + 3);
      at += 3;
      continue;
    }
    const { tokens, end } = readTokens(source, at + 2);
    if (plain !== '') parts.push(plain);
    plain = '';
    parts.push({ tree: parseJuel(tokens, source), start: at, end });
    at = end;
  }
  if (plain !== '') parts.push(plain);
  return parts;
}
