import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../application/caller.js';
import { NodeIdentity } from '../../application/ports/clock.js';
import { IdempotencyStore } from '../../application/ports/stores.js';
import { done } from '../../contract/answer.js';
import { keyReused, unavailable } from '../api-failure.js';

/** An answer as text, with its HTTP status. */
export interface TextAnswer {
  readonly httpStatus: number;
  readonly body: string;
  readonly replayed: boolean;
}

/** Between looks at a key that another request is executing, in ms. */
const LOOK_MS = 50;
/** How long the answer of that other request is waited for, in ms: longer than a command may take. */
const PATIENCE_MS = 125_000;

/** One effect and one answer for each idempotency key (DESIGN section 2). */
@Injectable()
export class IdempotentExecution {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly node: NodeIdentity,
  ) {}

  /**
   * @param execute makes the answer; when it throws, the key may be used again
   * @throws ApiFailure 409 when the key was used with another request, 503 when the first request does not end
   */
  async run(caller: Caller, key: string, request: string, execute: () => Promise<TextAnswer>): Promise<TextAnswer> {
    const requestHash = createHash('sha256').update(request).digest('hex');
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const claim = await this.store.claim(caller.tenantId, key, requestHash, this.node.node);
      switch (claim.kind) {
        case 'claimed':
          return this.first(caller, key, execute);
        case 'replay':
          return { httpStatus: claim.httpStatus, body: claim.body, replayed: true };
        case 'mismatch':
          throw keyReused(key);
        case 'applied-without-answer':
          return this.lostAnswer(caller, key, claim.instanceGuid);
        case 'in-progress':
          if (performance.now() > deadline)
            throw unavailable(caller.correlationId, `The first request with idempotency key '${key}' has not ended yet.`);
          await delay(LOOK_MS);
      }
    }
  }

  private async first(caller: Caller, key: string, execute: () => Promise<TextAnswer>): Promise<TextAnswer> {
    let answer: TextAnswer;
    try {
      answer = await execute();
    } catch (error) {
      await this.store.release(caller.tenantId, key);
      throw error;
    }
    await this.store.storeAnswer(caller.tenantId, key, answer.httpStatus, answer.body);
    return answer;
  }

  /** Its server died between the commit and the answer: the effect stands, and is not repeated. */
  private async lostAnswer(caller: Caller, key: string, instanceGuid: string | null): Promise<TextAnswer> {
    const message =
      'The command was done; its first answer was lost when a server ended. Read the state of the instance to see where it stands.';
    const body = JSON.stringify(done(message, { instanceGuid, answerLost: true }));
    await this.store.storeAnswer(caller.tenantId, key, 200, body);
    return { httpStatus: 200, body, replayed: true };
  }
}
