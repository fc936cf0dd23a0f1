import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { instant } from '../../instance-view.js';
import { OperatorCommand } from '../../operator-command.js';
import { CallStore } from '../../ports/calls.js';
import { Clock } from '../../ports/clock.js';
import { originOf } from '../../requests/origin-of.js';
import { CancelProcessInstanceCommand } from './cancel-process-instance.command.js';

/** Ended children among which those are looked for that end now. */
const CHILDREN = 100;

@CommandHandler(CancelProcessInstanceCommand)
export class CancelProcessInstanceHandler implements ICommandHandler<CancelProcessInstanceCommand, Answer> {
  constructor(
    private readonly operator: OperatorCommand,
    private readonly clock: Clock,
    private readonly calls: CallStore,
  ) {}

  async execute({ data, caller }: CancelProcessInstanceCommand): Promise<Answer> {
    const mode = data.mode ?? 'graceful';
    const origin = originOf(caller, 'CancelProcessInstance', this.clock.now(), {
      comment: data.reason,
      claimedBy: data.cancelledBy,
      detail: { mode },
    });
    const command = { type: 'cancel-process-instance', mode, expectedVersion: data.expectedVersion ?? null } as const;
    if (data.dryRun) return this.operator.dryRun(data.instanceGuid, command, origin);

    const result = await this.operator.apply(data.instanceGuid, command, origin);
    if (result.kind === 'answer') return result.answer;
    const { report, instance } = result;
    return done('Process instance cancelled successfully.', {
      instanceGuid: data.instanceGuid,
      status: 'cancelled',
      previousStatus: report.statusBefore,
      cancelledAt: instant(instance.state.endedAt ?? this.clock.now()),
      cancelledBy: data.cancelledBy ?? caller.actor.id,
      reason: data.reason ?? null,
      currentActivityId: report.activityBefore,
      cancelledTasks: report.terminatedTasks,
      cancelledChildren: await this.childrenOf(instance.header.id, report.cancelledCalls),
    });
  }

  /** The children that end with it: in the next moment, whatever happens to this server. */
  private async childrenOf(instanceId: number, calls: readonly number[]): Promise<string[]> {
    if (calls.length === 0) return [];
    const children = await this.calls.childrenOf(instanceId, calls.length + CHILDREN);
    const newest = new Map(children.reverse().map((child) => [child.elementInstanceId, child]));
    return calls.flatMap((id) => {
      const child = newest.get(id);
      return child && child.status !== 'completed' ? [child.instanceGuid] : [];
    });
  }
}
