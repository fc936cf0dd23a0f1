import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Effect, OpenSubscription } from '../../engine/index.js';
import { Clock } from '../ports/clock.js';
import { MessageStore, type BufferedMessage, type WaitingForMessage } from '../ports/stores.js';
import { EngineSession } from '../session/engine-session.js';
import type { LiveInstance } from '../session/live-instance.js';

/** Messages delivered at once of those that were missed. */
const BATCH = 500;

/** Who begins to wait for a message gets the one that was published before. */
@Injectable()
export class BufferedMessages implements OnModuleInit {
  /** Somebody may wait for a message that is buffered: at first, since a server may have ended before its delivery. */
  private missed = true;

  constructor(
    private readonly session: EngineSession,
    private readonly messages: MessageStore,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.session.watch.onAny((instance, effects) => this.look(instance, effects));
  }

  private look(instance: LiveInstance, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'open-subscription') continue;
      void this.deliver(instance, effect).catch(() => this.doubt());
    }
  }

  /** A delivery may have been missed: `deliverMissed` looks at all that wait. */
  doubt(): void {
    this.missed = true;
  }

  /**
   * Between a publication or the beginning of a wait and the delivery a server may end, or its database be away. Nothing is
   * looked for unless that may have happened.
   * @throws StorageUnavailable when the database is away; the next call looks again
   */
  async deliverMissed(): Promise<void> {
    if (!this.missed) return;
    this.missed = false;
    try {
      for (let progress = true; progress;) {
        const found = await this.messages.findDeliverable(this.clock.now(), BATCH);
        const results = await Promise.allSettled(found.map(({ subscription, message }) => this.hand(subscription, message)));
        progress = results.some((result) => result.status === 'fulfilled' && result.value);
      }
    } catch (error) {
      this.missed = true;
      throw error;
    }
  }

  private async deliver({ header }: LiveInstance, subscription: OpenSubscription): Promise<void> {
    const message = await this.messages.findBuffered(
      header.tenantId,
      subscription.messageName,
      subscription.correlationKey,
      this.clock.now(),
    );
    if (message) await this.hand({ ...subscription, tenantId: header.tenantId, instanceGuid: header.guid }, message);
  }

  /** False: it was consumed by somebody else, or nobody waits for it any more. */
  private async hand(
    { tenantId, instanceGuid, elementInstanceId }: Pick<WaitingForMessage, 'tenantId' | 'instanceGuid' | 'elementInstanceId'>,
    { id, variables }: BufferedMessage,
  ): Promise<boolean> {
    const command = { type: 'deliver-message', elementInstanceId, payload: variables } as const;
    const result = await this.session.apply({ tenantId, guid: instanceGuid }, command, { consumedMessageId: id });
    return result.kind === 'done';
  }
}
