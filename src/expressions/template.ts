import { ExpressionError, type JsonValue, type Variables } from '../engine/index.js';
import { ExpressionSyntaxError } from './expression-syntax-error.js';
import { evaluateJuel, juelText } from './juel-evaluator.js';
import { juelPartText, splitJuel, type JuelPart } from './juel.js';

type Placeholder = Exclude<JuelPart, string>;

/**
 * Fills `${...}` in a text: nothing for what is missing, JSON for lists and objects.
 * @throws ExpressionError when a placeholder cannot be understood or evaluated.
 */
export function fillText(template: string, variables: Variables): string {
  return split(template)
    .map((part) => juelPartText(part, variables))
    .join('');
}

/**
 * Fills `${...}` in an address. Values are URL-encoded, with one exception: a placeholder at the very start is inserted as
 * it is, since it holds the whole address or its scheme and host (`${baseUrl}/score/${customerId}`). A slash at its end is
 * dropped before a slash of the template.
 * @throws ExpressionError when a value is missing, as such an address would lead elsewhere.
 */
export function fillAddress(template: string, variables: Variables): string {
  const parts = split(template.trim());
  const filled = parts.map((part, index) => {
    if (typeof part === 'string') return part;
    const value = juelText(evaluateJuel(part.tree, variables));
    if (value === '') throw new ExpressionError(missing(template, part));
    if (index > 0) return encodeURIComponent(value);
    const next = parts[1];
    return typeof next === 'string' && next.startsWith('/') ? value.replace(/\/$/, '') : value;
  });
  return filled.join('');
}

/**
 * Fills `${...}` in a JSON template. A placeholder on its own, in quotes (`"${x}"`) or bare, becomes the value itself, with
 * its type; inside a longer text it becomes text.
 * @throws ExpressionError when a placeholder fails or what comes out is not JSON.
 */
export function fillJson(template: string, variables: Variables): JsonValue {
  const parts = split(template);
  let text = '';
  let inString = false;
  let dropQuote = false;
  parts.forEach((part, index) => {
    if (typeof part === 'string') {
      inString = endsInString(part, inString);
      text += dropQuote ? part.slice(1) : part;
      dropQuote = false;
      return;
    }
    const value = evaluateJuel(part.tree, variables);
    dropQuote = inString && isWholeString(parts, index);
    if (dropQuote) text = text.slice(0, -1) + JSON.stringify(value);
    else text += inString ? JSON.stringify(juelText(value)).slice(1, -1) : JSON.stringify(value);
  });
  return parseJson(text, template);
}

/** Inside a string already: is the placeholder all of it? A quote before it opens the string unless it is an escaped one. */
function isWholeString(parts: readonly JuelPart[], index: number): boolean {
  const before = parts[index - 1];
  const after = parts[index + 1];
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  return before.endsWith('"') && !before.endsWith('\\"') && after.startsWith('"');
}

function endsInString(text: string, startsInString: boolean): boolean {
  let inString = startsInString;
  for (let at = 0; at < text.length; at++) {
    if (inString && text[at] === '\\') at++;
    else if (text[at] === '"') inString = !inString;
  }
  return inString;
}

function parseJson(text: string, template: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The parser's own words would quote the values, which may be secret.
    throw new ExpressionError(
      `Expected JSON after filling in the template '${template.slice(0, 120)}', but found something else`,
    );
  }
}

function split(template: string): JuelPart[] {
  try {
    return splitJuel(template);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) throw new ExpressionError(error.message);
    throw error;
  }
}

function missing(template: string, part: Placeholder): string {
  const name = template.trim().slice(part.start, part.end);
  return `Expected a value for ${name} in the address '${template}', but it is missing or empty`;
}
