/** What JSON has a form for. */
export type PlainJson = string | number | boolean | null | readonly PlainJson[] | { readonly [key: string]: PlainJson };

/** Deeper results are taken for circles. */
const DEPTH = 40;

/** The value holds something that JSON has no form for. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/**
 * A copy of a handler's value as plain JSON, so that nothing the handler keeps can change what was stored. `undefined` is left
 * out of objects and is null elsewhere; what has a `toJSON` (a Date) is what that gives; an object of a class of one's own is the
 * properties it shows.
 * @throws NotJson for functions, symbols, bigints, NaN and infinities, Maps, Sets, Errors, bytes, invalid Dates and circles: they would
 *   be stored as something else
 */
export function plainJson(value: unknown, path = 'result', depth = 0): PlainJson {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(path, String(value));
  if (typeof value !== 'object') return refuse(path, `a ${typeof value}`);
  if (depth >= DEPTH) return refuse(path, 'nested too deep, or in a circle');
  const kind = kindOf(value);
  if (kind !== null) return refuse(path, kind);
  if (hasToJson(value)) return plainJson(value.toJSON(), path, depth + 1);
  if (Array.isArray(value)) return value.map((item, i) => plainJson(item, `${path}[${i}]`, depth + 1));
  const copy: Record<string, PlainJson> = {};
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

/** In words, what JSON has no form for: what a Map, an Error or a Buffer holds is not in its properties. */
function kindOf(value: object): string | null {
  if (ArrayBuffer.isView(value)) return `of the type ${value.constructor.name}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : null;
  // [object Map]
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return kind === 'Object' || kind === 'Array' || hasToJson(value) ? null : `of the type ${kind}`;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function refuse(path: string, what: string): never {
  throw new NotJson(`Expected ${path} to be JSON, but it is ${what}`);
}
