import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import { PauseProcessInstanceCommand } from './pause-process-instance.command.js';

@CommandHandler(PauseProcessInstanceCommand)
export class PauseProcessInstanceHandler implements ICommandHandler<PauseProcessInstanceCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly answer: InstanceAnswer,
    private readonly operator: OperatorCommand,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: PauseProcessInstanceCommand): Promise<Answer> {
    const origin = originOf(caller, 'PauseProcessInstance', this.clock.now(), { comment: data.comment });
    const command = { type: 'pause-process-instance', expectedVersion: data.expectedVersion ?? null } as const;
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);
    const result = await this.session.apply({ tenantId: caller.tenantId, guid: data.instanceGuid }, command, { origin });
    return this.answer.of(caller, data.instanceGuid, result, 'Process instance paused successfully.', 0);
  }
}
