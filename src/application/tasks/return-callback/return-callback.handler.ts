import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { refused, type Answer } from '../../../contract/answer.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { Clock } from '../../ports/clock.js';
import { MessageStore } from '../../ports/stores.js';
import { invalidField } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import { ReturnCallbackCommand } from './return-callback.command.js';

/** How long the branch may take to come to rest (CONTRACT section 11.1). */
const GRACE_MS = 1_000;

@CommandHandler(ReturnCallbackCommand)
export class ReturnCallbackHandler implements ICommandHandler<ReturnCallbackCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly messages: MessageStore,
    private readonly answer: InstanceAnswer,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: ReturnCallbackCommand): Promise<Answer> {
    refuseTogether(data, ['childInstanceId', 'correlationKey']);
    if (data.childInstanceId !== undefined) {
      return refused(
        `No process instance waits for a callback of child '${data.childInstanceId}': a call activity goes on by itself when its child ends. Complete, retry or cancel the child.`,
        null,
      );
    }
    if (data.correlationKey === undefined)
      throw invalidField('correlationKey', 'required', 'Expected childInstanceId or correlationKey, but neither is given');
    const [subscription] = await this.messages.findSubscriptions(caller.tenantId, null, data.correlationKey);
    if (!subscription) return refused(`No process instance waits for correlation key '${data.correlationKey}'.`, null);

    const failure = data.isFailed
      ? { code: data.errorCode ?? 'CALLBACK_FAILED', message: data.errorMessage ?? 'The work outside failed.' }
      : null;
    const origin = originOf(caller, 'ReturnCallback', this.clock.now(), {
      comment: data.comment,
      detail: { correlationKey: data.correlationKey, ...(failure ?? {}) },
    });
    const command = {
      type: 'signal-process-instance',
      taskId: null,
      elementInstanceId: subscription.elementInstanceId,
      payload: data.results ?? {},
      action: null,
      failure,
      expectedVersion: null,
    } as const;
    const result = await this.session.apply({ tenantId: caller.tenantId, guid: subscription.instanceGuid }, command, { origin });
    return this.answer.of(
      caller,
      subscription.instanceGuid,
      result,
      failure ? 'Callback failure recorded.' : 'Callback returned successfully.',
      GRACE_MS,
    );
  }
}
