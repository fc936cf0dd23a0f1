import type { Expression, JsonValue } from '../engine/index.js';
import { ExpressionSyntaxError } from './expression-syntax-error.js';
import { readProperty } from './read-property.js';

const STEP = /^(?:([^.[\]\s]+)|\[(\d+)\])/;
const MAX_STEPS = 50;

/**
 * Compiles a path into the variables: `a`, `a.b`, `a.items[0].name`. What is missing on the way is `null`.
 * @throws ExpressionSyntaxError when the text is no path.
 */
export function compilePath(source: string): Expression {
  const steps = splitPath(source);
  return {
    language: 'path',
    source,
    evaluate: (variables) => steps.reduce<JsonValue>(readProperty, variables),
  };
}

function splitPath(source: string): (string | number)[] {
  const text = source.trim();
  const steps: (string | number)[] = [];
  let at = 0;
  while (at < text.length || steps.length === 0) {
    if (steps.length > 0 && text[at] === '.') at++;
    else if (steps.length > 0 && text[at] !== '[') throw notAPath(source, at);
    const match = STEP.exec(text.slice(at));
    if (!match || steps.length >= MAX_STEPS) throw notAPath(source, at);
    steps.push(match[1] ?? Number(match[2]));
    at += match[0].length;
  }
  return steps;
}

function notAPath(source: string, position: number): ExpressionSyntaxError {
  return new ExpressionSyntaxError('Expected a path such as a.b or a.items[0], but found something else', source, position);
}
