import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { JobCommand } from '../job-command.js';
import { failureOf } from '../job-failure.js';
import { CompleteJobCommand } from './complete-job.command.js';

@CommandHandler(CompleteJobCommand)
export class CompleteJobHandler implements ICommandHandler<CompleteJobCommand, Answer> {
  constructor(private readonly jobs: JobCommand) {}

  async execute({ data, caller }: CompleteJobCommand): Promise<Answer> {
    const { jobId, token, worker, variables = null, result } = data;
    const request = { jobId, action: 'CompleteJob', caller, worker, detail: { token } };
    const applied = await this.jobs.apply(request, ({ elementInstanceId }) => ({
      type: 'complete-attempt',
      elementInstanceId,
      attempt: token,
      byWorker: true,
      result,
      variables,
    }));
    if (applied.kind === 'answer') return applied.answer;
    const failure = failureOf(applied, token);
    if (!failure) return done('Job completed.', applied.head);
    // Its output mapping failed, or its variables are too large: the attempt has failed by it.
    return refused(`The job's result could not be taken: ${failure.errorMessage}`, { ...applied.head, ...failure });
  }
}
