import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../../../contract/answer.js';
import type { RetryCurve, UpdateRetryPolicy } from '../../../engine/index.js';
import { invalidField } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { EditRetries } from '../edit-retries.js';
import { UpdateRetryPolicyCommand } from './update-retry-policy.command.js';
import type { UpdateRetryPolicyData } from './update-retry-policy.dto.js';

@CommandHandler(UpdateRetryPolicyCommand)
export class UpdateRetryPolicyHandler implements ICommandHandler<UpdateRetryPolicyCommand, Answer> {
  constructor(
    private readonly edit: EditRetries,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: UpdateRetryPolicyCommand): Promise<Answer> {
    const budget = budgetOf(data);
    const origin = originOf(caller, 'UpdateRetryPolicy', this.clock.now(), { comment: data.comment, detail: { budget } });
    const { taskId = null, expectedVersion = null } = data;
    const command = { type: 'update-retry-policy', taskId, budget, expectedVersion } as const;
    return this.edit.apply(data, command, origin, 'Retry policy of the task updated successfully.');
  }
}

function budgetOf(data: UpdateRetryPolicyData): UpdateRetryPolicy['budget'] {
  refuseTogether(data, ['maxAttempts', 'retriesLeft', 'unlimited']);
  const { maxAttempts, retriesLeft, unlimited, totalBudgetMs } = data;
  const curve = curveOf(data);
  const budget = {
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(retriesLeft !== undefined && { retriesLeft }),
    ...(unlimited === true && { maxAttempts: null }),
    ...(curve !== null && { curve }),
    ...(totalBudgetMs !== undefined && { budgetMs: totalBudgetMs }),
  };
  if (Object.keys(budget).length > 0) return budget;
  throw invalidField(
    'maxAttempts',
    'required',
    'Expected something to change, such as maxAttempts or delayMs, but nothing is given',
  );
}

function curveOf({ delayMs, coefficient, maximumDelayMs, jitter }: UpdateRetryPolicyData): RetryCurve | null {
  if (delayMs === undefined) {
    if (coefficient === undefined && maximumDelayMs === undefined && jitter === undefined) return null;
    throw invalidField('delayMs', 'required', 'Expected delayMs where coefficient, maximumDelayMs or jitter is given');
  }
  const maximumMs = maximumDelayMs ?? delayMs * 100;
  if (maximumMs < delayMs)
    throw invalidField('maximumDelayMs', 'min', `maximumDelayMs must not be below delayMs (${delayMs}), but is ${maximumMs}`);
  return {
    delays: { kind: 'exponential', initialMs: delayMs, coefficient: coefficient ?? 1, maximumMs },
    jitter: jitter ?? 'none',
  };
}
