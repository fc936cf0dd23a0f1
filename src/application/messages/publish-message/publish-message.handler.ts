import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { JsonObject } from '../../../engine/index.js';
import { claimOf } from '../../caller.js';
import { InstanceStarter } from '../../instance-starter.js';
import { Clock } from '../../ports/clock.js';
import { InstanceStore, StepConflict } from '../../ports/instance-store.js';
import { DefinitionStore } from '../../ports/readers.js';
import { MessageStore, type MessageSubscription } from '../../ports/stores.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import type { CommandOrigin } from '../../session/origin.js';
import { PublishMessageCommand } from './publish-message.command.js';

@CommandHandler(PublishMessageCommand)
export class PublishMessageHandler implements ICommandHandler<PublishMessageCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly messages: MessageStore,
    private readonly definitions: DefinitionStore,
    private readonly starter: InstanceStarter,
    private readonly store: InstanceStore,
    private readonly audit: RequestAudit,
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
    if (buffered) await this.messages.buffer(caller.tenantId, buffered, now + timeToLiveMs, claimOf(caller));

    const correlated = await this.start(starts, variables, origin);
    correlated.push(...(await this.deliver(name, correlationKey, variables, origin, buffered?.id)));
    const kept = buffered !== null && correlated.length === 0;
    if (correlated.length === 0)
      await this.audit.record({ ...origin, detail: { ...origin.detail, correlated, buffered: kept } }, 'succeeded');
    return done(sentence(name, correlated.length, kept), { correlated, buffered: kept });
  }

  /** New instances of all processes that the message starts. */
  private async start(
    starts: Awaited<ReturnType<DefinitionStore['findByStartMessage']>>,
    variables: JsonObject,
    origin: CommandOrigin,
  ): Promise<string[]> {
    const started: string[] = [];
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
      if (result.kind === 'done') started.push(result.instance.header.guid);
    }
    return started;
  }

  /** To all that wait now. The first to take it removes it from the buffer, in the same step. */
  private async deliver(
    name: string,
    correlationKey: string,
    variables: JsonObject,
    origin: CommandOrigin,
    bufferedId: number | undefined,
  ): Promise<string[]> {
    const delivered: string[] = [];
    let consumedMessageId = bufferedId;
    for (const subscription of await this.messages.findSubscriptions(origin.caller.tenantId, name, correlationKey)) {
      if (!(await this.deliverTo(subscription, variables, origin, consumedMessageId))) continue;
      delivered.push(subscription.instanceGuid);
      consumedMessageId = undefined;
    }
    return delivered;
  }

  private async deliverTo(
    { instanceGuid, elementInstanceId }: MessageSubscription,
    payload: JsonObject,
    origin: CommandOrigin,
    consumedMessageId: number | undefined,
  ): Promise<boolean> {
    const target = { tenantId: origin.caller.tenantId, guid: instanceGuid };
    const command = { type: 'deliver-message', elementInstanceId, payload } as const;
    try {
      const result = await this.session.apply(target, command, { origin, consumedMessageId });
      return result.kind === 'done';
    } catch (error) {
      if (!(error instanceof StepConflict) || consumedMessageId === undefined) throw error;
      // Somebody who began to wait in the same moment took it from the buffer; this one waited for it, too.
      const result = await this.session.apply(target, command, { origin });
      return result.kind === 'done';
    }
  }
}

function sentence(name: string, correlated: number, kept: boolean): string {
  if (correlated > 0) return `Message '${name}' correlated to ${correlated} process instance(s).`;
  return kept ? `Message '${name}' buffered: nobody waits for it yet.` : `Message '${name}' published: nobody waits for it.`;
}
