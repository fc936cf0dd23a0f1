import type { Expression } from '../engine/index.js';
import { compileFeel } from './feel.js';
import { compileJuel, isJuel } from './juel.js';
import { compilePath } from './path.js';

/**
 * Compiles a source of a mapping: `=feel`, text with `${...}`, or else a path such as `a.b`.
 * @throws ExpressionSyntaxError when it is none of them.
 */
export function compileSource(text: string): Expression {
  if (text.trimStart().startsWith('=')) return compileFeel(text);
  return isJuel(text) ? compileJuel(text) : compilePath(text);
}
