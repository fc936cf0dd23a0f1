import { createHash } from 'node:crypto';

/** Longest key that the server takes, in characters. */
const MAX_LENGTH = 255;
/** Of a longer key: how much of its text is kept before its hash, for people who read the audit trail. */
const READABLE = 180;

/**
 * A key made of what makes the request unique: `idempotencyKey('order', 4711, 'charge')`. The same parts give the same key, other
 * parts another one, whatever is in them. @throws RangeError where there is no part, or all are empty
 */
export function idempotencyKey(...parts: readonly (string | number | bigint | boolean)[]): string {
  const text = parts.map((part) => encodeURIComponent(Buffer.from(String(part)).toString())).join(':');
  if (text.replaceAll(':', '') === '') throw new RangeError('Expected at least one part that is not empty, but there is none');
  if (text.length <= MAX_LENGTH) return text;
  return `${text.slice(0, READABLE)}:${createHash('sha256').update(text).digest('hex')}`;
}
