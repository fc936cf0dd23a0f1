import { randomUUID } from 'node:crypto';
import type { Answer } from '../contract/answer.js';
import type { JsonObject } from './json.js';
import { Patience } from './patience.js';
import { RepriseError } from './reprise-error.js';
import { retryAfterMs, retryCalls, TryAgain, type CallRetries } from './retry-calls.js';

/** Where the server is, and as whom it is spoken to. */
export interface ClientOptions {
  /** `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /**
   * API token or JSON Web Token; a function is asked before each try, for tokens that are renewed. One that throws is asked again as
   * a server that is not reached is.
   */
  readonly token: string | (() => string | Promise<string>);
  /** `X-Tenant-ID`; `default` without it. */
  readonly tenant?: string;
  /** No try of a call begins later than this after the first, in ms; 60,000 without it. 0: one try. */
  readonly retryForMs?: number;
}

/** What one call may have otherwise. */
export interface CallOptions {
  readonly tenant?: string;
  /** One made for this call without it. Give one of your own where the call may be repeated by another process. */
  readonly idempotencyKey?: string;
  readonly correlationId?: string;
  readonly retryForMs?: number;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

/**
 * How a request is sent. `query`: changes nothing. `command`: under an `Idempotency-Key`, so that it can be repeated. `poll`: repeated
 * without a key, because another answer is as good. `once`: never repeated after it may have arrived.
 */
export interface SentRequest {
  readonly cmd: string;
  readonly kind: 'query' | 'command' | 'poll' | 'once';
}

const RETRY_FOR_MS = 60_000;
/** How long an answer may take beyond the wait that the request asks for, in ms; the longest default wait is 30 s. */
const PATIENCE_MS = 45_000;

/**
 * Sends one request to the command endpoint, again where that may help: the connection failed, 429, 503, no token yet.
 * @returns the answer's `data`
 * @throws RepriseError, or the signal's reason
 */
export async function sendCommand(
  client: ClientOptions,
  { cmd, kind }: SentRequest,
  data: JsonObject,
  options: CallOptions = {},
): Promise<unknown> {
  const key = options.idempotencyKey ?? (kind === 'command' ? randomUUID() : undefined);
  const body = JSON.stringify({ cmd, data });
  const waitMs = typeof data['waitMs'] === 'number' ? data['waitMs'] : 0;
  const attempt = async (): Promise<unknown> => {
    const headers = {
      'content-type': 'application/json',
      ...(await headersOf(client, options)),
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    const url = new URL('/api/core/cmd', client.baseUrl);
    const patience = new Patience(waitMs + PATIENCE_MS, options.signal);
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal: patience.signal });
      return readAnswer(response, await response.text());
    } catch (error) {
      if (error instanceof RepriseError || error instanceof TryAgain) throw error;
      options.signal?.throwIfAborted();
      const reason = unreachable(url, error);
      throw kind === 'once' ? reason : new TryAgain(reason, null);
    } finally {
      patience.end();
    }
  };
  return retryCalls(attempt, retriesOf(client, options));
}

/** Who asks, and where; a token is made for each try. */
export async function headersOf(client: ClientOptions, options: CallOptions): Promise<Record<string, string>> {
  return {
    authorization: `Bearer ${await tokenOf(client)}`,
    'x-tenant-id': options.tenant ?? client.tenant ?? 'default',
    ...(options.correlationId !== undefined && { 'x-correlation-id': options.correlationId }),
  };
}

/** For how long a call is repeated. */
export function retriesOf(client: ClientOptions, options: CallOptions): CallRetries {
  return { forMs: options.retryForMs ?? client.retryForMs ?? RETRY_FOR_MS, signal: options.signal };
}

/** No answer came. */
export function unreachable(url: URL, error: unknown): RepriseError {
  const message = `${url.origin} could not be reached: ${describe(error)}`;
  return new RepriseError(message, { statusCode: 'UNREACHABLE', cause: error });
}

/** Nothing was sent without it, so that even a call that must not arrive twice can be repeated. */
async function tokenOf({ token }: ClientOptions): Promise<string> {
  if (typeof token === 'string') return token;
  try {
    return await token();
  } catch (error) {
    const message = `There was no token to be had: ${describe(error)}`;
    throw new TryAgain(new RepriseError(message, { statusCode: 'NO_TOKEN', cause: error }), null);
  }
}

/** The `data` of an answer in the envelope. @throws RepriseError, or TryAgain where that may help */
export function readAnswer({ status, headers }: Response, text: string): unknown {
  const correlationId = headers.get('x-correlation-id');
  const answer = parse(text);
  if (answer?.isSuccessful === true) return answer.data;
  const error = answer
    ? new RepriseError(answer.message, { ...answer, httpStatus: status, correlationId })
    : new RepriseError(`Expected an answer of the command endpoint, but got HTTP ${status}: ${text.slice(0, 200)}`, {
        statusCode: 'NOT_UNDERSTOOD',
        httpStatus: status,
        correlationId,
      });
  // A proxy before the server answers 502 and 504 in its place.
  if ([429, 502, 503, 504].includes(status)) throw new TryAgain(error, retryAfterMs(headers));
  throw error;
}

/** Null for what is no envelope. */
function parse(text: string): Answer | null {
  try {
    const answer = JSON.parse(text) as Partial<Answer> | null;
    return typeof answer?.isSuccessful === 'boolean' && typeof answer.statusCode === 'string' ? (answer as Answer) : null;
  } catch {
    return null;
  }
}

/** `fetch` hides the reason behind "fetch failed". */
function describe(error: unknown): string {
  const { cause } = Object(error) as { cause?: unknown };
  const { message, code } = Object(cause ?? error) as { message?: unknown; code?: unknown };
  return [message, code].find((text): text is string => typeof text === 'string' && text !== '') ?? String(cause ?? error);
}
