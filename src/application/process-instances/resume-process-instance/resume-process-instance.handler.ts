import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import { ResumeProcessInstanceCommand } from './resume-process-instance.command.js';

@CommandHandler(ResumeProcessInstanceCommand)
export class ResumeProcessInstanceHandler implements ICommandHandler<ResumeProcessInstanceCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
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
    const result = await this.session.apply({ tenantId: caller.tenantId, guid: data.instanceGuid }, command, { origin });
    return this.answer.of(data.instanceGuid, result, 'Process instance resumed successfully.', 1_000);
  }
}
