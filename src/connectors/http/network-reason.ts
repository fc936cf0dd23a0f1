import { ForbiddenAddress } from './address-fence.js';

/** What a person is told about what the network says, by its code. */
const REASONS: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  ECONNREFUSED: ['CONNECTION_REFUSED', 'Connection refused: service unavailable'],
  ECONNRESET: ['CONNECTION_RESET', 'Connection reset: service unavailable'],
  EPIPE: ['CONNECTION_RESET', 'Connection reset: service unavailable'],
  UND_ERR_SOCKET: ['CONNECTION_RESET', 'Connection closed: service unavailable'],
  ENOTFOUND: ['HOST_NOT_FOUND', 'Host not found: service unavailable'],
  EAI_AGAIN: ['HOST_NOT_FOUND', 'Host could not be resolved: service unavailable'],
  ETIMEDOUT: ['TIMEOUT', 'Connection timeout: service unavailable'],
  UND_ERR_CONNECT_TIMEOUT: ['TIMEOUT', 'Connection timeout: service unavailable'],
  UND_ERR_INVALID_ARG: [
    'INVALID_REQUEST',
    'The request cannot be sent: a header or the address has characters that HTTP does not allow',
  ],
  UND_ERR_HEADERS_OVERFLOW: ['RESPONSE_TOO_LARGE', 'The headers of the answer are too large'],
};

/** How long a call was given, and what ended it. */
export interface CallEnd {
  readonly timeoutMs: number;
  readonly timedOut: boolean;
  /** Told to stop by who made it. */
  readonly stopped: boolean;
}

/** Why there was no answer: a stable code, and a sentence without anything that may be secret. */
export function networkReason(
  error: unknown,
  { timeoutMs, timedOut, stopped }: CallEnd,
): readonly [code: string, reason: string] {
  if (error instanceof ForbiddenAddress) return ['ADDRESS_FORBIDDEN', error.message];
  if (stopped) return ['ABORTED', 'The call was told to stop before its answer came'];
  if (timedOut) return ['TIMEOUT', `Request timeout after ${timeoutMs} ms`];
  const { code = '', name } = error as NodeJS.ErrnoException;
  if (Object.hasOwn(REASONS, code)) return REASONS[code] ?? ['CONNECTION_FAILED', 'Connection failed'];
  if (name === 'HTTPParserError') return ['RESPONSE_UNREADABLE', 'The answer is not HTTP'];
  return ['CONNECTION_FAILED', `Connection failed${code === '' ? '' : ` by ${code}`}: service unavailable`];
}
