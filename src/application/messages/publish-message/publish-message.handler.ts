import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { InstanceStarter } from '../../instance-starter.js';
import { Clock } from '../../ports/clock.js';
import { InstanceStore } from '../../ports/instance-store.js';
import { DefinitionStore } from '../../ports/readers.js';
import { AuditStore, MessageStore } from '../../ports/stores.js';
import { originOf } from '../../requests/origin-of.js';
import { requestEntry } from '../../session/origin.js';
import { EngineSession } from '../../session/engine-session.js';
import { PublishMessageCommand } from './publish-message.command.js';

@CommandHandler(PublishMessageCommand)
export class PublishMessageHandler implements ICommandHandler<PublishMessageCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly messages: MessageStore,
    private readonly definitions: DefinitionStore,
    private readonly starter: InstanceStarter,
    private readonly store: InstanceStore,
    private readonly audit: AuditStore,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: PublishMessageCommand): Promise<Answer> {
    const now = this.clock.now();
    const { name, variables = {}, correlationKey = '', timeToLiveMs = 0 } = data;
    const origin = originOf(caller, 'PublishMessage', now, { detail: { messageName: name, correlationKey } });
    // Kept before the waiting are looked up, while they look into the buffer after they are stored: one of both sees the other.
    const starts = await this.definitions.findByStartMessage(caller.tenantId, name);
    const buffered =
      timeToLiveMs > 0 && starts.length === 0 ? { id: this.store.nextId(), name, correlationKey, variables } : null;
    if (buffered) await this.messages.buffer(caller.tenantId, buffered, now + timeToLiveMs);

    const correlated: string[] = [];
    let consumedMessageId = buffered?.id;
    for (const { definition, startEventId } of starts) {
      const result = await this.starter.start({
        definition,
        version: definition.version,
        guid: null,
        variables,
        executionMode: 'Unsupervised',
        businessKey: null,
        contextTypeId: null,
        contextId: null,
        startEventId,
        origin,
      });
      if (result.kind === 'done') correlated.push(result.instance.header.guid);
    }
    for (const subscription of await this.messages.findSubscriptions(caller.tenantId, name, correlationKey)) {
      const target = { tenantId: caller.tenantId, guid: subscription.instanceGuid };
      const command = { type: 'deliver-message', elementInstanceId: subscription.elementInstanceId, payload: variables } as const;
      const result = await this.session.apply(target, command, { origin, consumedMessageId });
      if (result.kind !== 'done') continue;
      correlated.push(subscription.instanceGuid);
      consumedMessageId = undefined;
    }
    const kept = buffered !== null && correlated.length === 0;
    if (correlated.length === 0) {
      const base = { id: this.store.nextId(), at: new Date(this.clock.now()).toISOString() };
      await this.audit.append([requestEntry(base, origin, 'succeeded', { correlated, buffered: kept })]);
    }
    const message =
      correlated.length > 0
        ? `Message '${name}' correlated to ${correlated.length} process instance(s).`
        : `Message '${name}' ${kept ? 'buffered: nobody waits for it yet.' : 'published: nobody waits for it.'}`;
    return done(message, { correlated, buffered: kept });
  }
}
