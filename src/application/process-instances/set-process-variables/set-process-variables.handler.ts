import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { SetProcessVariablesCommand } from './set-process-variables.command.js';

@CommandHandler(SetProcessVariablesCommand)
export class SetProcessVariablesHandler implements ICommandHandler<SetProcessVariablesCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly answer: InstanceAnswer,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: SetProcessVariablesCommand): Promise<Answer> {
    const origin = originOf(caller, 'SetProcessVariables', this.clock.now(), { comment: data.comment });
    const command = {
      type: 'set-process-variables',
      variables: data.variables,
      expectedVersion: data.expectedVersion ?? null,
    } as const;
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);
    const result = await this.operator.apply(data.instanceGuid, command, origin);
    if (result.kind === 'answer') return result.answer;
    return this.answer.of(caller, data.instanceGuid, result, 'Process variables updated successfully.', 0);
  }
}
