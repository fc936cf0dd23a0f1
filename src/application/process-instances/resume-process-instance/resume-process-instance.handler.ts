import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { ResumeProcessInstanceCommand } from './resume-process-instance.command.js';

@CommandHandler(ResumeProcessInstanceCommand)
export class ResumeProcessInstanceHandler implements ICommandHandler<ResumeProcessInstanceCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly answer: InstanceAnswer,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: ResumeProcessInstanceCommand): Promise<Answer> {
    const origin = originOf(caller, 'ResumeProcessInstance', this.clock.now(), { comment: data.resumeComment });
    const command = {
      type: 'resume-process-instance',
      updatedVariables: data.updatedVariables ?? null,
      expectedVersion: data.expectedVersion ?? null,
    } as const;
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);
    const result = await this.operator.apply(data.instanceGuid, command, origin);
    if (result.kind === 'answer') return result.answer;
    return this.answer.of(caller, data.instanceGuid, result, 'Process instance resumed successfully.', 1_000);
  }
}
