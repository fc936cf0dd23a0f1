import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { JobCommand } from '../job-command.js';
import { failureOf } from '../job-failure.js';
import { FailJobCommand } from './fail-job.command.js';

@CommandHandler(FailJobCommand)
export class FailJobHandler implements ICommandHandler<FailJobCommand, Answer> {
  constructor(private readonly jobs: JobCommand) {}

  async execute({ data, caller }: FailJobCommand): Promise<Answer> {
    const { jobId, token, worker, errorCode = 'JOB_FAILED', errorMessage = 'The worker reported a failure.' } = data;
    const { retries, retryDelayMs, nonRetryable, details = null } = data;
    const request = { jobId, action: 'FailJob', caller, worker, comment: errorMessage, detail: { token, errorCode } };
    const applied = await this.jobs.apply(request, ({ elementInstanceId }) => ({
      type: 'fail-attempt',
      elementInstanceId,
      attempt: token,
      byWorker: true,
      code: errorCode,
      message: errorMessage,
      bpmnError: false,
      details,
      variables: null,
      retry: {
        ...(retries !== undefined && { retriesLeft: retries }),
        ...(retryDelayMs !== undefined && { nextDelayMs: retryDelayMs }),
        ...(nonRetryable !== undefined && { nonRetryable }),
      },
    }));
    if (applied.kind === 'answer') return applied.answer;
    return done('Failure of the job recorded.', { ...applied.head, ...failureOf(applied, token) });
  }
}
