import { Agent, request } from 'undici';
import { ExpressionError } from '../../engine/index.js';
import type { AttemptOutcome, Connector, TaskAttempt } from '../connector.js';
import { checkLiteral, fencedLookup } from './address-fence.js';
import { toOutcome, type HttpAnswer } from './http-outcome.js';
import { readCall, type HttpCall } from './http-request.js';
import { networkReason } from './network-reason.js';
import { readAnswer, UnreadableAnswer } from './read-answer.js';

/** What the operator decides about outbound calls. */
export interface HttpConnectorOptions {
  /** `REPRISE_HTTP_ALLOW_PRIVATE`: also addresses of this machine and of private networks. */
  readonly allowPrivate: boolean;
  /** Longest answer taken in, in bytes, packed or unpacked. */
  readonly maxResponseBytes: number;
}

/** No name of a host is longer than 253 characters (RFC 1035): what is called in vain for its name has no circuit. */
const LONGEST_ORIGIN = 300;

/** HTTP tasks. An answer other than 2xx, a time-out or a refused connection is a failure (CONTRACT section 9). Redirects are not followed. */
export class HttpConnector implements Connector {
  readonly type = 'http';
  private readonly agent: Agent;

  constructor(private readonly options: HttpConnectorOptions) {
    this.agent = new Agent({ connect: options.allowPrivate ? {} : { lookup: fencedLookup }, keepAliveTimeout: 10_000 });
  }

  async execute(attempt: TaskAttempt, signal: AbortSignal): Promise<AttemptOutcome> {
    let call: HttpCall | null = null;
    let deadline: AbortSignal | null = null;
    try {
      call = readCall(attempt);
      if (!this.options.allowPrivate) checkLiteral(call.url);
      deadline = AbortSignal.timeout(call.timeoutMs);
      return toOutcome(attempt, await this.call(call, AbortSignal.any([signal, deadline])));
    } catch (error) {
      if (error instanceof ExpressionError) return { kind: 'failed', code: 'EXPRESSION_FAILED', message: error.message };
      if (call === null) throw error;
      return toFailure(error, call, deadline?.aborted === true, signal.aborted);
    }
  }

  circuitOf(attempt: TaskAttempt): string | null {
    try {
      const { origin } = readCall(attempt).url;
      return origin.length > LONGEST_ORIGIN ? null : origin;
    } catch {
      return null; // There is no call.
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async call({ url, method, headers, body }: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const options = { dispatcher: this.agent, method, headers, body, signal, headersTimeout: 0, bodyTimeout: 0 };
    return readAnswer(await request(url, options), this.options.maxResponseBytes);
  }
}

/** Says what happened without anything that may be secret: of the address only its origin and path. */
function toFailure(error: unknown, call: HttpCall, timedOut: boolean, stopped: boolean): AttemptOutcome {
  const url = `${call.url.origin}${call.url.pathname}`;
  const [code, reason] =
    error instanceof UnreadableAnswer
      ? [error.code, error.message]
      : networkReason(error, { timeoutMs: call.timeoutMs, timedOut, stopped });
  return { kind: 'failed', code, message: `${reason} (${call.method} ${url})`, details: { method: call.method, url } };
}
