import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { failureView, headView, instant, nameOf, stateView, waitingView } from '../../instance-view.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { foreignVisits } from '../../session/await-rest.js';
import { TrailReader } from '../../trail-reader.js';
import { SkipFailedTaskCommand } from './skip-failed-task.command.js';
import { missingOutputs } from './missing-outputs.js';

/** How long the branch may take to come to rest (CONTRACT section 11.1). */
const GRACE_MS = 1_000;

@CommandHandler(SkipFailedTaskCommand)
export class SkipFailedTaskHandler implements ICommandHandler<SkipFailedTaskCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly trails: TrailReader,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: SkipFailedTaskCommand): Promise<Answer> {
    const skippedAt = this.clock.now();
    const origin = originOf(caller, 'SkipFailedTask', skippedAt, { comment: data.comment });
    const command = {
      type: 'skip-failed-task',
      taskId: data.taskId ?? null,
      outputs: data.additionalData ?? null,
      toActivityId: data.toActivityId ?? null,
      expectedVersion: data.expectedVersion ?? null,
    } as const;
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);

    const result = await this.operator.apply(data.instanceGuid, command, origin);
    if (result.kind === 'answer') return result.answer;
    const { report } = result;
    const { instance } = await this.operator.rest.of(result.instance, {
      elementInstanceId: null,
      foreign: foreignVisits(result.instance.state, result.begun),
      waitMs: Math.min(data.waitMs ?? GRACE_MS, GRACE_MS),
      graceMs: GRACE_MS,
    });

    const taskId = report.taskId ?? '';
    const head = headView(instance);
    if (head.status === 'cancelled')
      return refused('Task was skipped, but the process instance was cancelled meanwhile.', {
        ...head,
        currentStatus: head.status,
      });
    const waiting = waitingView(instance) as { currentTask?: { taskType: string } };
    const message =
      head.status === 'waiting' && waiting.currentTask?.taskType === 'UserTask'
        ? 'Task skipped successfully. Process waiting at next UserTask.'
        : 'Task skipped successfully and process continued.';
    const warnings = missingOutputs(instance, taskId);
    return done(message, {
      ...head,
      skippedTask: {
        taskId,
        taskName: nameOf(instance, taskId),
        previousAttempts: report.attempt ?? 1,
        skippedAt: instant(skippedAt),
        skipComment: data.comment ?? null,
      },
      state: stateView(instance, await this.trails.trailOf(instance)),
      ...waiting,
      ...failureView(instance),
      ...(await this.operator.permits.failureActions(instance, caller)),
      ...(warnings.length > 0 ? { warnings } : {}),
    });
  }
}
