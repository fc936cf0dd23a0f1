import type { FailurePattern } from './retry-policy.js';
import type { ErrorClass } from './classify-error.js';
import type { JsonObject } from '../state/json.js';

/** A failure, as rules look at it. */
export interface SeenFailure {
  readonly code: string;
  readonly message: string;
  readonly errorClass: ErrorClass;
  readonly status: number | null;
  readonly details: JsonObject | null;
  /** Of the visit. */
  readonly attempt: number;
  /** As the task sees them. */
  readonly variables: JsonObject;
}

/** What FEEL of a policy sees. */
export function failureScope({ code, message, errorClass, status, details, attempt, variables }: SeenFailure): JsonObject {
  return { error: { code, message, class: errorClass, status, details }, attempt, variables };
}

/** @throws ExpressionError when `when` cannot be evaluated */
export function matches(pattern: FailurePattern, failure: SeenFailure): boolean {
  const { codes, statuses, classes, text, when } = pattern;
  const { status } = failure;
  if (codes !== null && !codes.some((code) => isLike(failure.code, code))) return false;
  if (statuses !== null && (status === null || !statuses.some(({ from, to }) => status >= from && status <= to))) return false;
  if (classes !== null && !classes.includes(failure.errorClass)) return false;
  if (text !== null && !isLike(failure.message.toLowerCase(), `*${text.toLowerCase()}*`)) return false;
  return when === null || when.evaluate(failureScope(failure)) === true;
}

/** `*` stands for any characters. Linear in both texts: a pattern from a model must not hold up a server. */
export function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return text === pattern;
  const last = parts[parts.length - 1] ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
