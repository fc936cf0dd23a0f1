import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { headView, instant, nameOf, stateView, waitingView } from '../../instance-view.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { TrailReader } from '../../trail-reader.js';
import { StepBackwardCommand } from './step-backward.command.js';

/** Shapes: reference origin.md 4.8. */
@CommandHandler(StepBackwardCommand)
export class StepBackwardHandler implements ICommandHandler<StepBackwardCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly trails: TrailReader,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: StepBackwardCommand): Promise<Answer> {
    const result = await this.operator.apply(
      data.instanceGuid,
      { type: 'step-backward' },
      originOf(caller, 'StepBackward', this.clock.now()),
    );
    if (result.kind === 'answer') return result.answer;
    const { instance, report } = result;
    const from = report.terminatedTasks[0] ?? report.activityBefore ?? '';
    const waiting = waitingView(instance) as { currentTask?: Record<string, unknown> };
    return done('Stepped back to previous task successfully', {
      ...headView(instance),
      executionMode: instance.state.executionMode,
      movedFrom: { taskId: from, taskName: nameOf(instance, from) },
      ...waiting,
      currentTask: {
        ...waiting.currentTask,
        ...(report.previousExecution ? { previousExecution: executionView(report.previousExecution) } : {}),
      },
      state: stateView(instance, await this.trails.trailOf(instance)),
    });
  }
}

function executionView(execution: { executedAt: number; durationMs: number; success: boolean }): Record<string, unknown> {
  return {
    executedAt: instant(execution.executedAt),
    executionTime: `${(execution.durationMs / 1000).toFixed(1)}s`,
    success: execution.success,
  };
}
