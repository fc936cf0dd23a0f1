import type { JsonValue } from '../../engine/index.js';

/** Deeper results are taken for circles. */
const DEPTH = 40;

/** The value holds something that JSON has no form for. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/**
 * A copy of a handler's value as plain JSON, so that nothing the handler keeps can change what was stored. `undefined` is left
 * out of objects and is null elsewhere; what has a `toJSON` (a Date) is what that gives.
 * @throws NotJson for functions, symbols, bigints, NaN and infinities, Maps, Sets and circles: they would be stored as something else
 */
export function plainJson(value: unknown, path = 'result', depth = 0): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(path, String(value));
  if (typeof value !== 'object') return refuse(path, `a ${typeof value}`);
  if (depth >= DEPTH) return refuse(path, 'nested too deep, or in a circle');
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value))
    return refuse(path, `a ${value.constructor.name}`);
  if (hasToJson(value)) return plainJson(value.toJSON(), path, depth + 1);
  if (Array.isArray(value)) return value.map((item, i) => plainJson(item, `${path}[${i}]`, depth + 1));
  const copy: Record<string, JsonValue> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    // Defined, not assigned: `__proto__` stays a key, for the check of what may be stored.
    Object.defineProperty(copy, name, {
      value: plainJson(item, `${path}.${name}`, depth + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function refuse(path: string, what: string): never {
  throw new NotJson(`Expected the task's ${path} to be JSON, but it is ${what}`);
}
