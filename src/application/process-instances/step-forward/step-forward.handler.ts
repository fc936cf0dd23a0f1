import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { openElements } from '../../../engine/index.js';
import { failureView, headView, nameOf, retryingView, stateView, typeName, waitingView } from '../../instance-view.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { foreignVisits } from '../../session/await-rest.js';
import type { LiveInstance } from '../../session/live-instance.js';
import { TrailReader } from '../../trail-reader.js';
import { StepForwardCommand } from './step-forward.command.js';

/** How long the stepped task is waited for, in ms. */
const WAIT_MS = 30_000;

/** Shapes: reference origin.md 4.7. */
@CommandHandler(StepForwardCommand)
export class StepForwardHandler implements ICommandHandler<StepForwardCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly trails: TrailReader,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: StepForwardCommand): Promise<Answer> {
    const result = await this.operator.apply(
      data.instanceGuid,
      { type: 'step-forward' },
      originOf(caller, 'StepForward', this.clock.now()),
    );
    if (result.kind === 'answer') return result.answer;
    const { instance, attempt, executionTimeMs } = await this.operator.rest.of(result.instance, {
      elementInstanceId: result.report.elementInstanceId,
      foreign: foreignVisits(result.instance.state, result.begun),
      waitMs: WAIT_MS,
      graceMs: 1_000,
    });
    const { taskId, elementInstanceId } = result.report;
    const isOpened = openElements(instance.state).some(({ id, status }) => id === elementInstanceId && status === 'waiting');
    const head = headView(instance);
    const view = {
      ...head,
      executionMode: instance.state.executionMode,
      // A step onto a user task opens it: that is the current one then, and what went before it is the previous one.
      previousTask: isOpened
        ? lastTask(instance)
        : taskView(instance, taskId ?? '', executionTimeMs ?? 0, attempt === 'succeeded'),
      state: stateView(instance, await this.trails.trailOf(instance)),
      ...waitingView(instance),
      ...retryingView(instance),
      ...failureView(instance),
    };
    if (attempt === 'failed') return refused('Step forward failed: the task failed.', view);
    if (head.status === 'completed') return done('Step forward executed successfully. Process completed.', view);
    return done(
      head.status === 'waiting' ? 'Step forward executed successfully. Process waiting at next task.' : 'Step forward started.',
      view,
    );
  }
}

function lastTask(instance: LiveInstance): Record<string, unknown> | null {
  const last = instance.state.trail.at(-1);
  return last ? taskView(instance, last.nodeId, last.durationMs, last.success) : null;
}

function taskView(instance: LiveInstance, taskId: string, durationMs: number, success: boolean): Record<string, unknown> {
  const node = instance.definition.nodesById.get(taskId);
  const executionTime = `${(durationMs / 1000).toFixed(1)}s`;
  return { taskId, taskName: nameOf(instance, taskId), taskType: node ? typeName(node) : null, executionTime, success };
}
