import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { InstanceStatus } from '../../../engine/index.js';
import { describeDryRun } from '../../dry-run.js';
import { BatchStore, type BatchPreview, type ChosenItem } from '../../ports/batches.js';
import { EngineSession } from '../../session/engine-session.js';
import { selectionOf } from '../batch-plan.js';
import { kindOf, type AnyBatchKind, type ReadyKind } from '../batch-kinds.js';
import { PreviewBatchQuery } from './preview-batch.command.js';

const SAMPLES = 5;

@CommandHandler(PreviewBatchQuery)
export class PreviewBatchHandler implements ICommandHandler<PreviewBatchQuery, Answer> {
  constructor(
    private readonly store: BatchStore,
    private readonly session: EngineSession,
  ) {}

  async execute({ data, caller }: PreviewBatchQuery): Promise<Answer> {
    const kind = kindOf(data.kind);
    const command = kind.ready(data.parameters ?? {});
    const { selection } = selectionOf(data);
    const preview = await this.store.preview(caller.tenantId, selection, kind.target, data.samples ?? SAMPLES);
    const { total, byStatus, byProcess } = preview;
    return done(`Preview: ${total} items.`, {
      kind: kind.name,
      total,
      byStatus: Object.fromEntries(byStatus.map(({ status, count }) => [status ?? 'unknown', count])),
      byProcess,
      willBeRefused: refusedBy(kind, preview),
      samples: await Promise.all(preview.samples.map((sample) => this.tryOut(caller.tenantId, sample, command))),
    });
  }

  private async tryOut(tenantId: string, sample: ChosenItem, command: ReadyKind): Promise<unknown> {
    const { instanceGuid, taskId } = sample;
    const found = await this.session.preview({ tenantId, guid: instanceGuid }, command(sample, ''));
    const nothing = { allowed: false, reason: `Process instance '${instanceGuid}' not found.` };
    return { instanceGuid, taskId, ...(found ? describeDryRun(found.instance, found.result) : nothing) };
  }
}

/** Items in states that the command is refused in, and those of instances that there are not. */
function refusedBy({ from }: AnyBatchKind, { byStatus }: BatchPreview): number {
  const isRefused = (status: InstanceStatus | null): boolean => status === null || !from.includes(status);
  return byStatus.filter(({ status }) => isRefused(status)).reduce((sum, { count }) => sum + count, 0);
}
