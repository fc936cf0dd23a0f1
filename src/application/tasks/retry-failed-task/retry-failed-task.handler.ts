import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, instanceNotFound, refused, type Answer } from '../../../contract/answer.js';
import { openElements, type StepReport } from '../../../engine/index.js';
import { failureView, headView, instant, nameOf, retryingView, stateView, waitingView } from '../../instance-view.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { originOf } from '../../requests/origin-of.js';
import type { CommandOrigin } from '../../session/origin.js';
import { foreignVisits, type PassedOver, type RestReport } from '../../session/await-rest.js';
import { TrailReader } from '../../trail-reader.js';
import { RetryFailedTaskCommand } from './retry-failed-task.command.js';
import type { RetryFailedTaskData } from './retry-failed-task.dto.js';

/** Default wait for the attempt's outcome, in ms (CONTRACT section 3e). */
const WAIT_MS = 30_000;
/** How long the branch may take to come to rest after the attempt's own success (CONTRACT section 11.1). */
const GRACE_MS = 1_000;

/** The attempt failed; its policy gave the task another end. */
const PASSED_OVER: Readonly<Record<PassedOver['decision'], string>> = {
  skip: 'Task retry failed. Its retry policy skipped the task, and the process continued.',
  complete: 'Task retry failed. Its retry policy completed the task with stated outputs, and the process continued.',
  throw: 'Task retry failed. Its retry policy threw a BPMN error, which was caught, and the process continued.',
};

@CommandHandler(RetryFailedTaskCommand)
export class RetryFailedTaskHandler implements ICommandHandler<RetryFailedTaskCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly trails: TrailReader,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RetryFailedTaskCommand): Promise<Answer> {
    const retriedAt = this.clock.now();
    const origin = originOf(caller, 'RetryFailedTask', retriedAt, { comment: data.comment });
    if (data.onVersion !== undefined) return this.refuseOnVersion(data, origin);
    const command = {
      type: 'retry-failed-task',
      taskId: data.taskId ?? null,
      updatedVariables: data.updatedVariables ?? null,
      keepVariables: data.keepVariables ?? 'always',
      attempts: data.attempts ?? 'keep',
      ignoresCircuit: data.ignoreCircuit ?? false,
      expectedVersion: data.expectedVersion ?? null,
      correlationId: caller.correlationId,
    } as const;
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);

    const result = await this.operator.apply(data.instanceGuid, command, origin);
    if (result.kind === 'answer') return result.answer;
    const rest = await this.operator.rest.of(result.instance, {
      elementInstanceId: result.report.elementInstanceId,
      foreign: foreignVisits(result.instance.state, result.begun),
      waitMs: data.waitMs ?? WAIT_MS,
      graceMs: GRACE_MS,
    });
    const permits = await this.operator.permits.failureActions(rest.instance, caller);
    const answer = await this.answer(data, result.report, rest, retriedAt);
    return withData(answer, permits);
  }

  private async refuseOnVersion({ instanceGuid, onVersion }: RetryFailedTaskData, origin: CommandOrigin): Promise<Answer> {
    const instance = await this.operator.session.read({ tenantId: origin.caller.tenantId, guid: instanceGuid });
    if (!instance) return instanceNotFound(instanceGuid);
    const message = 'Continuing on another version of the definition (onVersion) is not available yet. Retry without it.';
    const { processKey } = instance.header;
    const data = { currentStatus: instance.state.status };
    return this.audit.refuse({ ...origin, detail: { onVersion } }, message, data, '99', { instanceGuid, processKey });
  }

  private async answer(data: RetryFailedTaskData, report: StepReport, rest: RestReport, retriedAt: number): Promise<Answer> {
    const { instance } = rest;
    const head = headView(instance);
    const taskId = report.taskId ?? '';
    const retriedTask = {
      taskId,
      taskName: nameOf(instance, taskId),
      previousAttempts: (report.attempt ?? 1) - 1,
      retriedAt: instant(retriedAt),
      retryComment: data.comment ?? null,
    };
    if (rest.attempt === 'failed')
      return refused('Task retry failed.', { ...head, ...failureView(instance), ...failedAgain(rest, report) });
    if (rest.attempt === 'interrupted' || instance.state.status === 'cancelled') {
      const message =
        rest.attempt === 'succeeded'
          ? 'Task was retried, but the process instance was cancelled meanwhile.'
          : 'Task retry did not come to an end: the task was ended while it was executed.';
      return refused(message, {
        ...head,
        currentStatus: head.status,
        retriedTask,
      });
    }
    const state = stateView(instance, await this.trails.trailOf(instance));
    if (rest.attempt === 'pending' || rest.attempt === 'retrying') {
      const { nextAttemptAt, heldBy } = (retryingView(instance)['retrying'] ?? {}) as { nextAttemptAt?: string; heldBy?: string };
      const message =
        rest.attempt === 'pending'
          ? 'Task execution in progress'
          : heldBy === undefined
            ? 'Task execution failed; it will be attempted again'
            : `The attempt is held back: the circuit of ${heldBy} is open. Retry with ignoreCircuit to execute it all the same.`;
      const result = {
        message,
        taskExecutionTime: null,
        waiting: true,
        ...(rest.attempt === 'retrying' ? { nextAttemptAt } : {}),
      };
      return done('Task retry started.', { ...head, retriedTask, result, state, ...retryingView(instance) });
    }
    const { passedOver } = rest;
    const result = {
      message: passedOver ? `Task execution failed: ${passedOver.errorMessage ?? ''}` : 'Task execution successful',
      taskExecutionTime: rest.executionTimeMs ?? 0,
      waiting: head.status === 'waiting',
      ...passedOver,
    };
    const waiting = waitingView(instance) as { currentTask?: { taskType: string } };
    const message = passedOver
      ? PASSED_OVER[passedOver.decision]
      : head.status === 'waiting' && waiting.currentTask?.taskType === 'UserTask'
        ? 'Task retried successfully. Process waiting at next UserTask.'
        : 'Task retried successfully and process continued.';
    return done(message, { ...head, retriedTask, result, state, ...waiting, ...failureView(instance) });
  }
}

/** The answer with what the caller may do about a failure, where there is one. */
function withData(answer: Answer, more: object): Answer {
  return { ...answer, data: { ...(answer.data as object), ...more } };
}

/** `error` of this very task, should another branch have failed before it. */
function failedAgain({ instance }: RestReport, report: StepReport): Record<string, unknown> {
  const mine = openElements(instance.state).find((element) => element.id === report.elementInstanceId);
  const { errors } = failureView(instance) as { errors?: readonly { elementInstanceId: number }[] };
  const error = errors?.find((each) => each.elementInstanceId === mine?.id);
  return error ? { error } : {};
}
