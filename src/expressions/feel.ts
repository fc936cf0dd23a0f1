import { evaluate, parseExpression } from 'feelin';
import { ExpressionError, type Expression, type JsonValue, type Variables } from '../engine/index.js';
import { ExpressionSyntaxError } from './expression-syntax-error.js';
import { feelShortcut } from './feel-shortcut.js';
import { feelToJson } from './feel-to-json.js';

/** Longest FEEL that is taken, in characters. */
const MAX_LENGTH = 100_000;
/** Deepest brackets that are taken: FEEL's parser and interpreter recurse. */
const MAX_DEPTH = 200;
/** Expressions that are remembered: connectors compile theirs at every attempt. */
const REMEMBERED = 1_000;
const compiled = new Map<string, Expression>();

/**
 * Compiles a FEEL expression, with or without the leading `=` of Camunda's notation. As FEEL says, an unknown variable, a
 * failed conversion and the like give `null`. Dates, times and durations become ISO 8601 text.
 * @throws ExpressionSyntaxError when the text is not FEEL.
 */
export function compileFeel(source: string): Expression {
  const known = compiled.get(source);
  if (known) return known;
  const text = source.trimStart().startsWith('=') ? source.trimStart().slice(1) : source;
  const shift = source.length - text.length;
  checkSize(text, source);
  const error = firstError(text);
  if (error !== null) {
    const found = error < text.trimEnd().length ? `found '${text.slice(error, error + 20)}'` : 'it ends too early';
    throw new ExpressionSyntaxError(`Expected a FEEL expression, but ${found}`, source, shift + error);
  }
  const shortcut = feelShortcut(text);
  const interpret = interpreter(text, source);
  const evaluateIt = (variables: Variables): JsonValue => shortcut?.(variables) ?? interpret(variables);
  const expression: Expression = { language: 'feel', source, evaluate: evaluateIt };
  if (compiled.size >= REMEMBERED) compiled.clear();
  compiled.set(source, expression);
  return expression;
}

function checkSize(text: string, source: string): void {
  if (text.length > MAX_LENGTH)
    throw new ExpressionSyntaxError(`Expected at most ${MAX_LENGTH} characters, but there are ${text.length}`, source, 0);
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if ('([{'.includes(text.charAt(at)) && ++depth > MAX_DEPTH)
      throw new ExpressionSyntaxError(`Expected at most ${MAX_DEPTH} levels of brackets, but there are more`, source, at);
    if (')]}'.includes(text.charAt(at))) depth--;
  }
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

/** FEEL's interpreter copies all that it is given, so it gets only the variables whose names stand in the text. */
function interpreter(text: string, source: string): (variables: Variables) => JsonValue {
  const letters = withoutSpace(text);
  return (variables) => {
    try {
      const named = Object.entries(variables).filter(([name]) => letters.includes(withoutSpace(name)));
      return feelToJson(evaluate(text, Object.fromEntries(named)).value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ExpressionError(`Expected FEEL '${source}' to have a value, but it failed: ${reason}`);
    }
  };
}

/** Spaces in FEEL's names may be written otherwise than they are declared. */
function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}
