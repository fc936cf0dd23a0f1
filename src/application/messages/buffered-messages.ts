import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Effect, OpenSubscription } from '../../engine/index.js';
import { Clock } from '../ports/clock.js';
import { MessageStore } from '../ports/stores.js';
import { EngineSession } from '../session/engine-session.js';
import type { LiveInstance } from '../session/live-instance.js';

/** Who begins to wait for a message gets the one that was published before. */
@Injectable()
export class BufferedMessages implements OnModuleInit {
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
      // A failed look-up is made up for by the next publication or the sweep of the due loop.
      void this.deliver(instance, effect).catch(() => undefined);
    }
  }

  private async deliver({ header }: LiveInstance, subscription: OpenSubscription): Promise<void> {
    const message = await this.messages.findBuffered(
      header.tenantId,
      subscription.messageName,
      subscription.correlationKey,
      this.clock.now(),
    );
    if (!message) return;
    const command = {
      type: 'deliver-message',
      elementInstanceId: subscription.elementInstanceId,
      payload: message.variables,
    } as const;
    await this.session.apply(header, command, { consumedMessageId: message.id });
  }
}
