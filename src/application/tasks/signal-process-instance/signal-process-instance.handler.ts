import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { refused, type Answer } from '../../../contract/answer.js';
import type { JsonObject } from '../../../engine/index.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { MessageStore } from '../../ports/stores.js';
import { invalidField } from '../../requests/invalid-request.js';
import { parseJsonText, refuseTogether } from '../../requests/json-text.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import { SignalProcessInstanceCommand } from './signal-process-instance.command.js';
import type { SignalProcessInstanceData } from './signal-process-instance.dto.js';

/** How long the branch may take to come to rest (CONTRACT section 11.1). */
const GRACE_MS = 1_000;

@CommandHandler(SignalProcessInstanceCommand)
export class SignalProcessInstanceHandler implements ICommandHandler<SignalProcessInstanceCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly messages: MessageStore,
    private readonly answer: InstanceAnswer,
    private readonly operator: OperatorCommand,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: SignalProcessInstanceCommand): Promise<Answer> {
    const origin = originOf(caller, 'SignalProcessInstance', this.clock.now(), {
      comment: data.comment,
      claimedBy: data.currentUser ?? 'system',
      detail: data.action === undefined ? {} : { action: data.action },
    });
    const payload = payloadOf(data);
    refuseTogether(data, ['instanceGuid', 'correlationKey']);
    let guid = data.instanceGuid;
    let elementInstanceId: number | null = null;
    if (data.correlationKey !== undefined) {
      const [subscription] = await this.messages.findSubscriptions(caller.tenantId, null, data.correlationKey);
      if (!subscription) return refused(`No process instance waits for correlation key '${data.correlationKey}'.`, null);
      guid = subscription.instanceGuid;
      elementInstanceId = subscription.elementInstanceId;
    }
    if (guid === undefined)
      throw invalidField('instanceGuid', 'required', 'Expected instanceGuid or correlationKey, but neither is given');
    const command = {
      type: 'signal-process-instance',
      taskId: data.taskId ?? null,
      elementInstanceId,
      payload,
      action: data.action ?? null,
      failure: null,
      expectedVersion: data.expectedVersion ?? null,
    } as const;
    if (data.dryRun) return this.operator.dryRun(guid, command, origin);
    const result = await this.session.apply({ tenantId: caller.tenantId, guid }, command, { origin });
    return this.answer.of(caller, guid, result, 'Process signaled successfully.', GRACE_MS);
  }
}

function payloadOf(data: SignalProcessInstanceData): JsonObject {
  refuseTogether(data, ['callbackData', 'signalPayload', 'signalData']);
  if (data.signalData !== undefined) return parseJsonText('signalData', data.signalData);
  return data.callbackData ?? data.signalPayload ?? {};
}
