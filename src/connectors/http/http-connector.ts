import { Agent, request, type Dispatcher } from 'undici';
import { ExpressionError, type JsonObject, type JsonValue } from '../../engine/index.js';
import { findUnsafeNumber } from '../../contract/json-rules.js';
import type { AttemptOutcome, Connector, TaskAttempt } from '../connector.js';
import { checkLiteral, fencedLookup, ForbiddenAddress } from './address-fence.js';
import { readCall, type HttpCall } from './http-request.js';
import { toOutcome, type HttpAnswer } from './http-outcome.js';

/** What the operator decides about outbound calls. */
export interface HttpConnectorOptions {
  /** `REPRISE_HTTP_ALLOW_PRIVATE`: also addresses of this machine and of private networks. */
  readonly allowPrivate: boolean;
  /** Longest answer taken in, in bytes. */
  readonly maxResponseBytes: number;
}

/** HTTP tasks. An answer other than 2xx, a time-out or a refused connection is a failure (CONTRACT section 9). */
export class HttpConnector implements Connector {
  readonly type = 'http';
  private readonly agent: Agent;

  constructor(private readonly options: HttpConnectorOptions) {
    this.agent = new Agent({
      connect: options.allowPrivate ? {} : { lookup: fencedLookup },
      maxRedirections: 0,
      keepAliveTimeout: 10_000,
    } as Agent.Options);
  }

  async execute(attempt: TaskAttempt, signal: AbortSignal): Promise<AttemptOutcome> {
    let call: HttpCall;
    try {
      call = readCall(attempt);
    } catch (error) {
      if (error instanceof ExpressionError) return { kind: 'failed', code: 'EXPRESSION_FAILED', message: error.message };
      throw error;
    }
    const deadline = AbortSignal.timeout(call.timeoutMs);
    try {
      if (!this.options.allowPrivate) checkLiteral(call.url);
      return toOutcome(attempt, await this.call(call, AbortSignal.any([signal, deadline])));
    } catch (error) {
      return toFailure(error, call, deadline.aborted);
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async call(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const response = await request(call.url, {
      dispatcher: this.agent,
      method: call.method,
      headers: call.headers,
      body: call.body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const text = await this.readBody(response.body);
    return {
      status: response.statusCode,
      headers: flatten(response.headers),
      body: parse(text, String(response.headers['content-type'] ?? '')),
      text,
    };
  }

  private async readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.options.maxResponseBytes) {
        body.destroy();
        throw new AnswerTooLarge(`The answer exceeds ${this.options.maxResponseBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

class AnswerTooLarge extends Error {}

function flatten(headers: Dispatcher.ResponseData['headers']): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

/** JSON where it is JSON (also when it is not labelled so), else the text. Numbers that would lose digits leave it as text. */
function parse(text: string, contentType: string): JsonValue {
  if (text === '') return null;
  if (!/json/i.test(contentType) && !/^\s*[{[]/.test(text)) return text;
  try {
    return findUnsafeNumber(text) === null ? (JSON.parse(text) as JsonValue) : text;
  } catch {
    return text;
  }
}

function toFailure(error: unknown, call: HttpCall, timedOut: boolean): AttemptOutcome {
  const where = `${call.method} ${call.url.origin}${call.url.pathname}`;
  const details = { method: call.method, url: `${call.url.origin}${call.url.pathname}` };
  if (timedOut)
    return { kind: 'failed', code: 'TIMEOUT', message: `Request timeout after ${call.timeoutMs} ms (${where})`, details };
  const cause = error as NodeJS.ErrnoException;
  if (error instanceof ForbiddenAddress) return { kind: 'failed', code: 'ADDRESS_FORBIDDEN', message: error.message, details };
  if (error instanceof AnswerTooLarge)
    return { kind: 'failed', code: 'RESPONSE_TOO_LARGE', message: `${error.message} (${where})`, details };
  const known: Record<string, [string, string]> = {
    ECONNREFUSED: ['CONNECTION_REFUSED', 'Connection refused'],
    ECONNRESET: ['CONNECTION_RESET', 'Connection reset'],
    UND_ERR_SOCKET: ['CONNECTION_RESET', 'Connection closed'],
    ENOTFOUND: ['HOST_NOT_FOUND', 'Host not found'],
    EAI_AGAIN: ['HOST_NOT_FOUND', 'Host could not be resolved'],
    ETIMEDOUT: ['TIMEOUT', 'Connection timeout'],
    UND_ERR_CONNECT_TIMEOUT: ['TIMEOUT', 'Connection timeout'],
  };
  const [code, reason] = known[cause.code ?? ''] ?? ['CONNECTION_FAILED', cause.message];
  return { kind: 'failed', code, message: `${reason}: service unavailable (${where})`, details };
}
