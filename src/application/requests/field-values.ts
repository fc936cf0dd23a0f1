import { invalidField } from './invalid-request.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const DAY_MS = 86_400_000;

/**
 * An ISO 8601 instant or date (UTC); null when the text is neither.
 * @param end a date stands for its last millisecond instead of its first
 */
export function instantOf(text: string, end = false): Date | null {
  if (!DATE.test(text) && !INSTANT.test(text)) return null;
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs)) return null;
  return new Date(end && DATE.test(text) ? epochMs + DAY_MS - 1 : epochMs);
}

/** The texts of a field that takes a list or a single one; undefined when it is absent or empty. */
export function textsOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined || value.length === 0) return undefined;
  return typeof value === 'string' ? [value] : value;
}

/** An id that arrived as text or number. @throws InvalidRequest when it is no whole number */
export function wholeNumber(field: string, value: string | number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw invalidField(field, 'type', `${field} must be a whole number, but is '${value}'`);
}
