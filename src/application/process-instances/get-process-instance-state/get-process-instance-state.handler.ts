import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, instanceNotFound, type Answer } from '../../../contract/answer.js';
import type { InstanceStatus } from '../../../engine/index.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { InstanceHistory } from '../../ports/instance-history.js';
import { InstanceReader } from '../../ports/readers.js';
import { EngineSession } from '../../session/engine-session.js';
import { GetProcessInstanceStateCommand } from './get-process-instance-state.command.js';

/** Newest attempts shown with the state. */
const ATTEMPTS = 100;

const MESSAGES: Readonly<Record<InstanceStatus, string>> = {
  running: 'Process state retrieved successfully',
  waiting: 'Process is waiting for user action',
  error: 'Process is in error state',
  paused: 'Process is paused',
  completed: 'Process is completed',
  cancelled: 'Process is cancelled',
};

@CommandHandler(GetProcessInstanceStateCommand)
export class GetProcessInstanceStateHandler implements ICommandHandler<GetProcessInstanceStateCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly answer: InstanceAnswer,
    private readonly reader: InstanceReader,
    private readonly history: InstanceHistory,
  ) {}

  async execute({ data, caller }: GetProcessInstanceStateCommand): Promise<Answer> {
    const instance = await this.session.read({ tenantId: caller.tenantId, guid: data.instanceGuid });
    if (!instance) return instanceNotFound(data.instanceGuid);
    const { id } = instance.header;
    const [view, attempts, restarts] = await Promise.all([
      this.answer.view(instance, caller),
      this.reader.attempts(id, ATTEMPTS),
      this.history.restartsOf(id),
    ]);
    return done(MESSAGES[instance.state.status], { ...view, attempts, restarts });
  }
}
