import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../application/caller.js';
import { tooManyRequests, unavailable } from '../api-failure.js';
import { goneOf } from '../http-exchange.js';

/** Streams of one principal in one tenant. */
const EACH = 10;
/** Streams of this process. */
const ALL = 500;
/** Then a stream ends, in ms: who asks again must have a token that still counts. */
const LONGEST_MS = 15 * 60_000;
/** A stream may end at any time; when to ask again for a place, in seconds. */
const RETRY_AFTER_S = 5;

/** The streams of this process: bounded, and ended when it drains. */
@Injectable()
export class OpenStreams {
  private readonly counts = new Map<string, number>();
  private readonly closing = new AbortController();
  private total = 0;

  /**
   * Takes a place until the response is closed. The signal aborts when the client has gone, the server drains,
   * or the stream has lasted for long. @throws ApiFailure
   */
  open(caller: Caller, reply: FastifyReply): AbortSignal {
    if (this.closing.signal.aborted) throw unavailable(caller.correlationId, 'This server ends. Ask another one.');
    const key = `${caller.tenantId}\u0000${caller.actor.id}`;
    const count = this.counts.get(key) ?? 0;
    if (count >= EACH || this.total >= ALL) throw tooManyRequests(RETRY_AFTER_S);
    this.counts.set(key, count + 1);
    this.total++;
    reply.raw.once('close', () => this.free(key));
    return AbortSignal.any([goneOf(reply), this.closing.signal, AbortSignal.timeout(LONGEST_MS)]);
  }

  /** Ends all streams; no other begins. */
  close(): void {
    this.closing.abort();
  }

  private free(key: string): void {
    const count = (this.counts.get(key) ?? 1) - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
    this.total--;
  }
}
