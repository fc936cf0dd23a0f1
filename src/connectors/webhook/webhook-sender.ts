import { Agent, request, type Dispatcher } from 'undici';
import { checkLiteral, fencedLookup } from '../http/address-fence.js';
import { networkReason } from '../http/network-reason.js';
import { readRetryAfter } from '../http/retry-after.js';
import { signatureOf } from './webhook-signature.js';

/** What is to be delivered, and where. */
export interface WebhookMessage {
  /** `http` or `https`. */
  readonly url: string;
  readonly secret: string;
  readonly event: string;
  /** The same for every attempt. */
  readonly deliveryId: string;
  /** From 1. */
  readonly attempt: number;
  readonly body: string;
}

/** How a delivery ended. `status` null: there was no answer. Messages name no address and no secret. */
export type WebhookOutcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      /** As of HTTP tasks: `HTTP_500`, `TIMEOUT`, `ADDRESS_FORBIDDEN`, ... */
      readonly code: string;
      readonly message: string;
      readonly status: number | null;
      /** The wait that the receiver asked for, in ms. */
      readonly retryAfterMs?: number | undefined;
    };

/** A receiver that has not answered by then is one that has failed, in ms. */
const TIMEOUT_MS = 10_000;
/** Of an answer nothing is used but its status; so much of it is read to keep the connection, in bytes. */
const ANSWER_BYTES = 16_384;

/** POSTs signed events. 2xx is delivered; anything else, a redirect too, is a failure: redirects are not followed. */
export class WebhookSender {
  private readonly agent: Agent;

  /** @param allowPrivate also addresses of this machine and of private networks (`REPRISE_HTTP_ALLOW_PRIVATE`) */
  constructor(
    private readonly allowPrivate: boolean,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    this.agent = new Agent({ connect: allowPrivate ? {} : { lookup: fencedLookup }, keepAliveTimeout: 10_000 });
  }

  /** Never rejects. `signal` ends it at once. */
  async send(message: WebhookMessage, signal: AbortSignal): Promise<WebhookOutcome> {
    const deadline = AbortSignal.timeout(this.timeoutMs);
    try {
      const url = new URL(message.url);
      if (!this.allowPrivate) checkLiteral(url);
      const ended = AbortSignal.any([signal, deadline]);
      const { statusCode, headers, body } = await request(url, this.requestOf(message, ended));
      await body.dump({ limit: ANSWER_BYTES, signal: ended }).catch(() => undefined);
      if (statusCode >= 200 && statusCode <= 299) return { kind: 'delivered' };
      const retryAfterMs = readRetryAfter(headers['retry-after'], Date.now());
      const said = `Expected an answer of 2xx, but it is ${statusCode}`;
      return { kind: 'failed', code: `HTTP_${statusCode}`, message: said, status: statusCode, retryAfterMs };
    } catch (error) {
      const end = { timeoutMs: this.timeoutMs, timedOut: deadline.aborted, stopped: signal.aborted };
      const [code, reason] = networkReason(error, end);
      return { kind: 'failed', code, message: reason, status: null };
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private requestOf(
    { secret, event, deliveryId, attempt, body }: WebhookMessage,
    signal: AbortSignal,
  ): Omit<Dispatcher.RequestOptions, 'origin' | 'path'> & { dispatcher: Agent } {
    return {
      dispatcher: this.agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'reprise',
        'reprise-event': event,
        'reprise-delivery': deliveryId,
        'reprise-attempt': String(attempt),
        'reprise-signature': signatureOf(secret, body, Date.now()),
      },
      body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    };
  }
}
