import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { JobCommand } from '../job-command.js';
import { failureOf } from '../job-failure.js';
import { ThrowBpmnErrorCommand } from './throw-bpmn-error.command.js';

@CommandHandler(ThrowBpmnErrorCommand)
export class ThrowBpmnErrorHandler implements ICommandHandler<ThrowBpmnErrorCommand, Answer> {
  constructor(private readonly jobs: JobCommand) {}

  async execute({ data, caller }: ThrowBpmnErrorCommand): Promise<Answer> {
    const { jobId, token, worker, errorCode, errorMessage = `The worker threw '${errorCode}'.`, variables = null } = data;
    const request = { jobId, action: 'ThrowBpmnError', caller, worker, comment: errorMessage, detail: { token, errorCode } };
    const applied = await this.jobs.apply(request, ({ elementInstanceId }) => ({
      type: 'fail-attempt',
      elementInstanceId,
      attempt: token,
      byWorker: true,
      code: errorCode,
      message: errorMessage,
      bpmnError: true,
      details: null,
      variables,
    }));
    if (applied.kind === 'answer') return applied.answer;
    const failure = failureOf(applied, token);
    if (failure && failure.errorCode !== errorCode)
      return refused(`The error's variables could not be taken: ${failure.errorMessage}`, {
        ...applied.head,
        caught: false,
        ...failure,
      });
    const message = failure ? `No boundary event catches '${errorCode}': the task has failed.` : `Error '${errorCode}' thrown.`;
    return done(message, { ...applied.head, caught: failure === null, ...failure });
  }
}
