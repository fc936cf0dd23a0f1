import type { Command } from 'commander';
import type { BatchPreview } from '../../sdk/client.js';
import { action } from '../action.js';
import { batchPlanOf, KIND_NAMES, withBatchPlan, type BatchPlanOptions } from '../input/batch-plan.js';
import { count } from '../input/numbers.js';
import { sayItems } from '../output/batches.js';
import type { Paint } from '../output/paint.js';

/** `reprise batch preview`: what a batch would be about. */
export function batchPreview(batch: Command): void {
  withBatchPlan(
    batch
      .command('preview')
      .description('tell what a batch would be about, with a dry run of its first items')
      .argument('<kind>', KIND_NAMES),
  )
    .option('--samples <items>', 'so many of the first items are tried in a dry run', count)
    .action(
      action<[kind: string], BatchPlanOptions & { samples?: number }>(async (session, [kind], { samples, ...options }) => {
        const plan = await batchPlanOf(kind, options);
        const client = await session.client();
        const preview = await client.previewBatch({ ...plan, ...(samples !== undefined && { samples }) });
        session.output.one(preview, { id: String(preview.total), lines: (paint) => previewLines(preview, paint) });
        return undefined;
      }),
    );
}

/** Its numbers, and what would become of the first items. */
export function previewLines({ total, byStatus, byProcess, willBeRefused, samples }: BatchPreview, paint: Paint): string[] {
  const states = Object.entries(byStatus).map(([status, items]) => `${status} ${items}`);
  return [
    `${paint('bold', sayItems(total))}${states.length === 0 ? '' : `: ${states.join(', ')}`}`,
    ...byProcess.map(({ processKey, count: items }) => `  ${processKey}: ${items}`),
    ...(willBeRefused > 0 ? [paint('yellow', `  ${willBeRefused} are in states that the command is refused in`)] : []),
    ...samples.map((sample) => {
      const { instanceGuid, taskId, allowed, reason, statusAfter } = sample as Record<string, string | boolean | null>;
      const what = allowed === true ? `would be ${String(statusAfter)}` : `would be refused: ${String(reason)}`;
      return `  ${String(instanceGuid)}${taskId == null ? '' : ` at ${String(taskId)}`}: ${what}`;
    }),
  ];
}
