import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../application/caller.js';
import { InstanceAnswer } from '../../application/instance-answer.js';
import { StepConflict, StorageUnavailable } from '../../application/ports/instance-store.js';
import { IdempotencyStore, type ClaimedKey, type StoredAnswer } from '../../application/ports/stores.js';
import { done } from '../../contract/answer.js';
import { keyReused, unavailable } from '../api-failure.js';
import { HeldClaims } from './held-claims.js';

/** An answer as text, with its HTTP status. */
export interface TextAnswer extends StoredAnswer {
  readonly replayed: boolean;
}

/** A claim that was not renewed for so long was given up, in ms. */
const LEASE_MS = 5_000;
/** Between looks at a key that another request is executing, in ms. */
const LOOK_MS = 50;
/** How long the answer of that other request is waited for, in ms: longer than a command may take. */
const PATIENCE_MS = 125_000;
/** How long an answer is kept for a database that is away, and between tries to store it, in ms. */
const KEEP_MS = 60_000;
const STORE_AGAIN_MS = 500;

/** One effect and one answer for each idempotency key (DESIGN section 2). */
@Injectable()
export class IdempotentExecution {
  private readonly held: HeldClaims;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly instances: InstanceAnswer,
  ) {
    this.held = new HeldClaims(store);
  }

  /**
   * @param execute makes the answer for this caller under its claim; when it throws, the key may be used again
   * @throws ApiFailure 409 when the key was used with another request, 503 when the first request does not end
   */
  async run(caller: Caller, key: string, request: string, execute: (caller: Caller) => Promise<TextAnswer>): Promise<TextAnswer> {
    const requestHash = createHash('sha256').update(request).digest('hex');
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      const wanted = { tenantId: caller.tenantId, key, claim: randomUUID() };
      const found = await this.store.claim(wanted, requestHash, LEASE_MS);
      switch (found.kind) {
        case 'claimed': {
          const asking = { ...caller, idempotencyKey: key, idempotencyClaim: wanted.claim };
          const answer = await this.held.during(wanted, () => this.first(wanted, () => execute(asking)));
          if (answer) return answer;
          break; // The claim was lost meanwhile: whoever has it now gives the answer.
        }
        case 'replay':
          return { httpStatus: found.httpStatus, body: found.body, replayed: true };
        case 'mismatch':
          throw keyReused(key);
        case 'answer-lost':
          return this.insteadOfLost({ ...wanted, claim: found.claim }, found.instanceGuid, caller);
        case 'in-progress':
          await delay(LOOK_MS);
      }
    }
    throw unavailable(caller.correlationId, `The first request with idempotency key '${key}' has not ended yet.`);
  }

  private async first(held: ClaimedKey, execute: () => Promise<TextAnswer>): Promise<TextAnswer | null> {
    let answer: TextAnswer;
    try {
      answer = await execute();
    } catch (error) {
      const released = await this.store.release(held).catch(() => true); // Where that fails, too, the claim ends by itself.
      if (error instanceof StepConflict && !released) return null; // Somebody else was first: perhaps with this very key.
      throw error;
    }
    const stored = await this.storePatiently(held, answer);
    return stored && { ...stored, replayed: stored.body !== answer.body };
  }

  /** What was done is done: its answer outlasts a database that is away for a moment. */
  private async storePatiently(held: ClaimedKey, answer: StoredAnswer): Promise<StoredAnswer | null> {
    const deadline = performance.now() + KEEP_MS;
    for (;;) {
      try {
        return await this.store.storeAnswer(held, answer);
      } catch (error) {
        if (!(error instanceof StorageUnavailable) || performance.now() > deadline) throw error;
        await delay(STORE_AGAIN_MS);
      }
    }
  }

  /** Its executor ended between the commit and the answer: the effect stands, and is not repeated. */
  private async insteadOfLost(held: ClaimedKey, instanceGuid: string | null, caller: Caller): Promise<TextAnswer> {
    const view = instanceGuid === null ? null : await this.instances.now({ tenantId: held.tenantId, guid: instanceGuid }, caller);
    const where =
      instanceGuid === null
        ? 'The audit trail has what it changed, under this key.'
        : 'Read the state of the instance to see where it stands.';
    const message = `The command was done; its first answer was lost when a server ended. ${where}`;
    const subject = instanceGuid === null ? {} : { ...view, instanceGuid };
    const body = JSON.stringify(done(message, { ...subject, answerLost: true }));
    const stored = await this.store.storeAnswer(held, { httpStatus: 200, body });
    return { httpStatus: 200, body, ...stored, replayed: true };
  }
}
