import type { JsonValue } from '../engine/index.js';

/** Names through which JavaScript objects lead out of plain data. */
const UNREACHABLE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `value[key]` for plain data: own properties only. What is missing, and any property of what is not an object, is `null`.
 * A list has its indexes, and a text or a list its `length`.
 */
export function readProperty(value: JsonValue, key: string | number): JsonValue {
  if (value === null || UNREACHABLE.has(String(key))) return null;
  if (key === 'length' && (typeof value === 'string' || Array.isArray(value))) return value.length;
  if (typeof value !== 'object' || !Object.hasOwn(value, key)) return null;
  return (value as Readonly<Record<string | number, JsonValue>>)[key] ?? null;
}
