/** Limits of JSON that is taken in (CONTRACT section 8). */
export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxKeyLength: number;
}

/** The limits where none are configured. */
export const JSON_LIMITS: JsonLimits = { maxDepth: 32, maxKeyLength: 256 };

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

/** Integers of 16 digits and more in raw JSON text, outside of strings: they may have lost digits when they were parsed. */
const LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The first number in a JSON text that JavaScript cannot hold exactly as written; null when there is none. */
export function findUnsafeNumber(text: string): string | null {
  if (!/\d{16}/.test(text)) return null;
  for (const [token] of text.matchAll(LONG_NUMBER)) {
    if (!token.startsWith('"') && !/[.eE]/.test(token) && BigInt(token) !== BigInt(Math.trunc(Number(token)))) return token;
    if (!token.startsWith('"') && !Number.isSafeInteger(Number(token)) && !/[.eE]/.test(token)) return token;
  }
  return null;
}
