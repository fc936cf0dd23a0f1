import { evaluate, parseExpression } from 'feelin';
import { ExpressionError, type Expression, type JsonValue, type Variables } from '../engine/index.js';
import { ExpressionSyntaxError } from './expression-syntax-error.js';
import { feelToJson } from './feel-to-json.js';

/**
 * Compiles a FEEL expression, with or without the leading `=` of Camunda's notation. As FEEL says, an unknown variable, a
 * failed conversion and the like give `null`. Dates, times and durations become ISO 8601 text.
 * @throws ExpressionSyntaxError when the text is not FEEL.
 */
export function compileFeel(source: string): Expression {
  const text = source.trimStart().startsWith('=') ? source.trimStart().slice(1) : source;
  const shift = source.length - text.length;
  const error = firstError(text);
  if (error !== null) {
    const found = error < text.trimEnd().length ? `found '${text.slice(error, error + 20)}'` : 'it ends too early';
    throw new ExpressionSyntaxError(`Expected a FEEL expression, but ${found}`, source, shift + error);
  }
  return { language: 'feel', source, evaluate: (variables) => run(text, source, variables) };
}

function firstError(text: string): number | null {
  if (text.trim() === '') return text.length;
  let position: number | null = null;
  parseExpression(text, {}, undefined).iterate({
    enter(node) {
      if (node.type.isError && position === null) position = node.from;
    },
  });
  return position;
}

function run(text: string, source: string, variables: Variables): JsonValue {
  try {
    return feelToJson(evaluate(text, variables).value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(`Expected FEEL '${source}' to have a value, but it failed: ${reason}`);
  }
}
