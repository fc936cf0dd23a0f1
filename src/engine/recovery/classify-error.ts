import type { JsonObject } from '../state/json.js';

/** What kind of failure it is, as far as code, HTTP status and message tell. */
export type ErrorClass =
  | 'NETWORK_TIMEOUT'
  | 'SERVICE_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'AUTHENTICATION_ERROR'
  | 'INVALID_DATA'
  | 'LOGIC_ERROR'
  | 'NOT_FOUND'
  | 'UNKNOWN';

/** All classes, for validation and documentation. */
export const ERROR_CLASSES: readonly ErrorClass[] = [
  'NETWORK_TIMEOUT',
  'SERVICE_UNAVAILABLE',
  'RATE_LIMITED',
  'AUTHENTICATION_ERROR',
  'INVALID_DATA',
  'LOGIC_ERROR',
  'NOT_FOUND',
  'UNKNOWN',
];

const PERMANENT: readonly ErrorClass[] = ['AUTHENTICATION_ERROR', 'INVALID_DATA', 'LOGIC_ERROR', 'NOT_FOUND'];

/** Whether trying again unchanged may help. What is not known counts as such: giving up is the more expensive mistake. */
export function isTransient(errorClass: ErrorClass): boolean {
  return !PERMANENT.includes(errorClass);
}

const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  TIMEOUT: 'NETWORK_TIMEOUT',
  ETIMEDOUT: 'NETWORK_TIMEOUT',
  HEARTBEAT_TIMEOUT: 'NETWORK_TIMEOUT',
  ATTEMPT_LOST: 'SERVICE_UNAVAILABLE',
  CONNECTION_REFUSED: 'SERVICE_UNAVAILABLE',
  CONNECTION_RESET: 'SERVICE_UNAVAILABLE',
  CONNECTION_FAILED: 'SERVICE_UNAVAILABLE',
  HOST_NOT_FOUND: 'SERVICE_UNAVAILABLE',
  ECONNREFUSED: 'SERVICE_UNAVAILABLE',
  ECONNRESET: 'SERVICE_UNAVAILABLE',
  SCRIPT_LOST: 'SERVICE_UNAVAILABLE',
  SCRIPT_TIMEOUT: 'LOGIC_ERROR',
  SCRIPT_MEMORY: 'LOGIC_ERROR',
  EXPRESSION_FAILED: 'LOGIC_ERROR',
  NO_FLOW_TAKEN: 'LOGIC_ERROR',
  NO_CONNECTOR: 'LOGIC_ERROR',
  ADDRESS_FORBIDDEN: 'LOGIC_ERROR',
  INVALID_REQUEST: 'LOGIC_ERROR',
  RESULT_NOT_STORABLE: 'INVALID_DATA',
  RESPONSE_TOO_LARGE: 'INVALID_DATA',
  RESPONSE_UNREADABLE: 'INVALID_DATA',
};

/** The words of the original's `classifyError`, in its order, then what it leaves unknown; in any case. */
const BY_TEXT: readonly (readonly [words: readonly string[], errorClass: ErrorClass])[] = [
  [['timeout', 'timed out', 'etimedout'], 'NETWORK_TIMEOUT'],
  [['503', 'unavailable'], 'SERVICE_UNAVAILABLE'],
  [['429', 'rate limit', 'too many requests'], 'RATE_LIMITED'],
  [['401', 'unauthorized', 'forbidden'], 'AUTHENTICATION_ERROR'],
  [['validation', 'invalid'], 'INVALID_DATA'],
  [['404', 'not found'], 'NOT_FOUND'],
];

/** By code and HTTP status where they tell, else by the words of the message. */
export function classifyError(code: string, message: string, status: number | null): ErrorClass {
  if (status !== null) return classOfStatus(status);
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code] ?? 'UNKNOWN';
  const text = message.toLowerCase();
  const said = BY_TEXT.find(([words]) => words.some((word) => text.includes(word)));
  if (said) return said[1];
  return code === 'SCRIPT_ERROR' ? 'LOGIC_ERROR' : 'UNKNOWN';
}

/** The HTTP status of a failure: in its details, or in a code such as `HTTP_503`; null where it has none. */
export function statusOf(code: string, details: JsonObject | null): number | null {
  const said = details?.['status'];
  if (typeof said === 'number' && Number.isInteger(said) && said >= 100 && said <= 599) return said;
  const inCode = /^HTTP_([1-5]\d\d)$/.exec(code)?.[1];
  return inCode === undefined ? null : Number(inCode);
}

function classOfStatus(status: number): ErrorClass {
  if (status === 408 || status === 504) return 'NETWORK_TIMEOUT';
  if (status === 429) return 'RATE_LIMITED';
  if (status === 401 || status === 403 || status === 407) return 'AUTHENTICATION_ERROR';
  if (status === 404 || status === 410) return 'NOT_FOUND';
  if (status === 409 || status === 423 || status === 425) return 'SERVICE_UNAVAILABLE';
  if (status === 501 || status === 505) return 'LOGIC_ERROR';
  if (status >= 500) return 'SERVICE_UNAVAILABLE';
  return status >= 400 ? 'INVALID_DATA' : 'UNKNOWN';
}
