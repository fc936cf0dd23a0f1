/** Limits of JSON that is taken in (CONTRACT section 8). */
export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxKeyLength: number;
}

/** The limits where none are configured. */
const JSON_LIMITS: JsonLimits = { maxDepth: 32, maxKeyLength: 256 };

/** Names that would reach into an object's prototype. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
/** Half of a surrogate pair on its own: no UTF-8 for it. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Where a value breaks the rules, and how. */
export interface JsonProblem {
  /** `a.b[2]` from the value's root; empty for the root itself. */
  readonly path: string;
  readonly code: 'depth' | 'key' | 'name' | 'text' | 'number';
  readonly message: string;
}

/** The first thing in `value` that cannot be stored without loss, or is not let in; null when all is well. */
export function findJsonProblem(value: unknown, limits: JsonLimits = JSON_LIMITS, path = '', depth = 0): JsonProblem | null {
  if (typeof value === 'string') return textProblem(value, path);
  if (typeof value === 'number') return numberProblem(value, path);
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= limits.maxDepth) return { path, code: 'depth', message: `Expected at most ${limits.maxDepth} levels of nesting` };
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = findJsonProblem(value[i], limits, `${path}[${i}]`, depth + 1);
      if (problem) return problem;
    }
    return null;
  }
  for (const name of Object.keys(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const problem =
      nameProblem(name, path, limits) ?? findJsonProblem((value as Record<string, unknown>)[name], limits, at, depth + 1);
    if (problem) return problem;
  }
  return null;
}

function nameProblem(name: string, path: string, limits: JsonLimits): JsonProblem | null {
  if (FORBIDDEN_NAMES.has(name)) return { path, code: 'name', message: `Expected no key named '${name}'` };
  if (name.length > limits.maxKeyLength)
    return {
      path,
      code: 'key',
      message: `Expected keys of at most ${limits.maxKeyLength} characters, but one has ${name.length}`,
    };
  return textProblem(name, path);
}

function textProblem(text: string, path: string): JsonProblem | null {
  if (text.includes('\u0000')) return { path, code: 'text', message: 'Expected no NUL character' };
  if (LONE_SURROGATE.test(text))
    return { path, code: 'text', message: 'Expected well-formed Unicode, but found half of a surrogate pair' };
  return null;
}

function numberProblem(value: number, path: string): JsonProblem | null {
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return null;
  return { path, code: 'number', message: 'Expected a number within the safe range of JSON (send larger ones as text)' };
}

/** Cheap sign that a text may hold a number that loses digits: many digits together, or an exponent. */
const SUSPICIOUS = /[\d.]{16}|\d[eE]/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * The first number in a JSON text, outside of its strings, that JavaScript cannot hold exactly as written; null when there is
 * none. One linear pass, whatever the text is.
 */
export function findUnsafeNumber(text: string): string | null {
  if (!SUSPICIOUS.test(text)) return null;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isDigit(code) || (code === MINUS && isDigit(text.charCodeAt(at + 1)))) {
      NUMBER.lastIndex = at;
      const token = NUMBER.exec(text)?.[0] ?? '';
      if (token !== '' && !isExact(token)) return token;
      at += Math.max(0, token.length - 1);
    }
  }
  return null;
}

const [QUOTE, BACKSLASH, MINUS, DIGIT_0, DIGIT_9] = [34, 92, 45, 48, 57];

/** The offset of the closing quote, or of the text's end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** Written out again, the number is the same number; integers within the safe range only. */
function isExact(token: string): boolean {
  if (token.length < 16 && !/[eE]/.test(token)) return true;
  const value = Number(token);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false;
  return decimalOf(token) === decimalOf(String(value));
}

/** Sign, significant digits and exponent, the same for every notation of one decimal number. */
function decimalOf(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().replace(/^-/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return significant === '' ? '0' : `${token.startsWith('-') ? '-' : ''}${significant}e${power}`;
}

/** What `JSON.parse` found, without the piece of the text that it quotes: that may be a secret, and messages are kept. */
export function describeJsonError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, ' in JSON').slice(0, 200);
}

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}
