import type { FailJobRequest } from '../requests/jobs.js';
import { NonRetryableError, RetryAfter } from './worker-errors.js';

/** Longest message and code that the server takes. */
const MESSAGE_LENGTH = 4_000;
const CODE_LENGTH = 255;
/** Longest wait that it takes, in ms: a leap year. */
const LONGEST_DELAY_MS = 366 * 86_400_000;

const NO_TEXT = 'A value without a text was thrown.';

/** What `FailJob` says of a failure. */
export type StorableFailure = Pick<FailJobRequest, 'errorMessage' | 'errorCode' | 'nonRetryable' | 'retryDelayMs'>;

/** What was thrown as `FailJob` takes it, whatever it is: cleaned and bounded. Never throws. */
export function failureOf(error: unknown): StorableFailure {
  const code = codeOf(error);
  return {
    errorMessage: storableText(textOf(error), MESSAGE_LENGTH),
    ...(code !== '' && { errorCode: storableText(code, CODE_LENGTH) }),
    ...(isOf(NonRetryableError, error) && { nonRetryable: true }),
    ...(isOf(RetryAfter, error) && delayOf(error)),
  };
}

/** What was thrown, in words; never an empty text. Never throws. */
export function textOf(error: unknown): string {
  try {
    const { message, name } = Object(error) as { message?: unknown; name?: unknown };
    const text = String(error instanceof Error ? message || name : error);
    return text === '' ? NO_TEXT : text;
  } catch {
    return NO_TEXT;
  }
}

/** `instanceof` for what may be a hostile proxy. Never throws. */
export function isOf<T extends Error>(kind: abstract new (...args: never[]) => T, error: unknown): error is T {
  try {
    return error instanceof kind;
  } catch {
    return false;
  }
}

/** The text with what PostgreSQL cannot hold replaced, and with what it is over left out. */
export function storableText(text: string, maxLength = MESSAGE_LENGTH): string {
  return Buffer.from(text.slice(0, maxLength).replaceAll('\u0000', '\uFFFD')).toString();
}

/** The code of a modelled error where the server takes it as it is: another one would be another error. Null where it does not. */
export function storableCode(code: unknown): string | null {
  return typeof code === 'string' && code !== '' && storableText(code, CODE_LENGTH) === code ? code : null;
}

function codeOf(error: unknown): string {
  try {
    const { code } = Object(error) as { code?: unknown };
    return typeof code === 'string' ? code : '';
  } catch {
    return '';
  }
}

/** Nothing where it is no number: the retry policy says when. */
function delayOf({ delayMs }: RetryAfter): { retryDelayMs?: number } {
  const retryDelayMs = Math.ceil(Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS));
  return Number.isNaN(retryDelayMs) ? {} : { retryDelayMs };
}
