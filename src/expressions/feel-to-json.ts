import { isFunction, isRange } from 'feelin';
import { DateTime } from 'luxon';
import type { JsonValue } from '../engine/index.js';

const MAX_DEPTH = 200;
const NAMED_ZONE = /^(\d{4}-\d{2}-\d{2}T[\d:.]+)@([A-Za-z_]+(?:\/[\w+-]+)*)$/;

/**
 * A FEEL value as plain JSON: temporal values as ISO 8601 text (a named zone as its offset), numbers that JSON lacks as `null`.
 * @throws Error for a function, which is no value that can be kept.
 */
export function feelToJson(value: unknown, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) throw new Error(`the value is nested more than ${MAX_DEPTH} deep`);
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'function' || isFunction(value)) throw new Error('its value is a function');
  if (Array.isArray(value)) return value.map((item) => feelToJson(item, depth + 1));
  if (typeof value !== 'object') throw new Error(`its value is a ${typeof value}`);
  if (!isRange(value) && 'toJSON' in value && typeof value.toJSON === 'function')
    return temporalText(String((value as Temporal).toJSON()));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, feelToJson(item, depth + 1)]));
}

/** A date, time or duration of feelin's (luxon). */
interface Temporal {
  toJSON(): unknown;
}

function temporalText(text: string): string {
  const named = NAMED_ZONE.exec(text);
  if (!named) return text;
  const instant = DateTime.fromISO(named[1] ?? '', { zone: named[2] ?? 'utc' });
  return instant.isValid ? instant.toISO({ suppressMilliseconds: true }) : text;
}
