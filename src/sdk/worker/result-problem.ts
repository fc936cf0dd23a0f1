import { findJsonProblem } from '../../contract/json-rules.js';
import { textOf } from './storable-failure.js';

/** Deeper than the server takes: its rule names what is nested too deep. */
const DEPTH = 40;

/**
 * What of a handler's value would not be kept as it is: altered in silence by `JSON.stringify` or refused by the server (CONTRACT
 * section 8). A property that is undefined is one that is not there. Never throws.
 * @param name what the value is called in the message
 * @returns null when all is well
 */
export function findResultProblem(value: unknown, name: string): string | null {
  try {
    if (value === undefined) return null;
    const altered = findAltered(value, name, []);
    if (altered !== null) return altered;
    const problem = findJsonProblem(value);
    if (problem === null) return null;
    const { path, message } = problem;
    return `${name}${path === '' || path.startsWith('[') ? '' : '.'}${path}: ${message}`;
  } catch (error) {
    return `Expected ${name} to be JSON, but it cannot be read: ${textOf(error)}`;
  }
}

function findAltered(value: unknown, path: string, around: readonly object[]): string | null {
  const kind = kindOf(value);
  if (kind !== null) return `Expected ${path} to be JSON, but it is ${kind}`;
  if (typeof value !== 'object' || value === null || around.length >= DEPTH) return null;
  if (around.includes(value)) return `Expected ${path} to be JSON, but it is a circle`;
  const within = [...around, value];
  if (Array.isArray(value)) return firstOf(value.keys(), (i) => findAltered(value[i], `${path}[${i}]`, within));
  const properties = Object.entries(value).filter(([, item]) => item !== undefined);
  return firstOf(properties, ([name, item]) => findAltered(item, `${path}.${name}`, within));
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** In words, what JSON has no form for; null for what it has one for. An object of a class of one's own is the properties it shows. */
function kindOf(value: unknown): string | null {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value);
  if (['bigint', 'function', 'symbol'].includes(typeof value)) return `a ${typeof value}`;
  if (typeof value !== 'object' || value === null) return null;
  // [object Map]: what a Map, a Date or a Buffer holds is not in its properties.
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind !== 'Object' && kind !== 'Array') return `of the type ${kind}`;
  return typeof (value as { toJSON?: unknown }).toJSON === 'function' ? 'an object with a toJSON of its own' : null;
}
