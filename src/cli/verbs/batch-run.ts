import type { Command } from 'commander';
import type { Batch } from '../../sdk/client.js';
import type { RepeatBatchFailuresRequest, StartBatchRequest } from '../../sdk/requests/batches.js';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { canAsk, confirm } from '../input/ask.js';
import {
  batchOptionsOf,
  batchPlanOf,
  KIND_NAMES,
  withBatchOptions,
  withBatchPlan,
  type BatchPlanOptions,
} from '../input/batch-plan.js';
import { withList } from '../input/options.js';
import { batchLines, sayItems } from '../output/batches.js';
import { paintFor } from '../output/paint.js';
import type { Session } from '../session.js';
import { previewLines } from './batch-preview.js';
import { watchBatch } from './batch-watch.js';

const REPEATED = ['failed-again', 'still-running', 'interrupted', 'refused', 'not-attempted'] as const;

interface RunOptions extends BatchPlanOptions {
  readonly yes?: boolean;
  readonly detach?: boolean;
}

/** `reprise batch run`: starts a batch and follows it to its end. */
export function batchRun(batch: Command): void {
  const command = batch.command('run').description('start a batch, and follow it to its end').argument('<kind>', KIND_NAMES);
  withBatchPlan(command)
    .option('--yes', 'do not ask; needed where nobody can be asked')
    .option('--detach', 'do not follow it')
    .action(
      action<[kind: string], RunOptions>(async (session, [kind], options) => {
        const plan = await batchPlanOf(kind, options);
        const agreed = options.yes === true ? plan : await ask(session, kind, plan);
        if (agreed === null) {
          session.output.remark('Nothing was started.');
          return EXIT.refused;
        }
        return follow(session, await (await session.client()).startBatch(agreed), options.detach === true);
      }),
    );
}

/** `reprise batch repeat`: the same on what has not recovered. */
export function batchRepeat(batch: Command): void {
  const command = batch
    .command('repeat')
    .description('do a batch again, on those of its items that have not recovered')
    .argument('<batch>', 'the batch; it must have ended, or stopped');
  withBatchOptions(withList(command, '--state <state>', 'items that ended like this; failed-again without it', REPEATED))
    .option('--detach', 'do not follow it')
    .action(
      action<[id: string], BatchPlanOptions & { state?: readonly (typeof REPEATED)[number][]; detach?: boolean }>(
        async (session, [batchId], { state, detach, ...options }) => {
          const wanted: RepeatBatchFailuresRequest = { batchId, ...batchOptionsOf(options), ...(state && { states: state }) };
          return follow(session, await (await session.client()).repeatBatchFailures(wanted), detach === true);
        },
      ),
    );
}

/** The plan for exactly what the preview has shown; null: somebody said no. */
async function ask(session: Session, kind: string, plan: StartBatchRequest): Promise<StartBatchRequest | null> {
  if (!canAsk())
    throw new CliError(
      'Expected --yes: nobody can be asked whether this batch is meant.',
      'Preview it: reprise batch preview ...; then add --yes',
    );
  const preview = await (await session.client()).previewBatch(plan);
  process.stderr.write(`${previewLines(preview, paintFor(process.stderr, process.env)).join('\n')}\n`);
  return (await confirm(`Do ${kind} on ${sayItems(preview.total)}?`)) ? { expectedItems: preview.total, ...plan } : null;
}

function follow(session: Session, started: Batch, isDetached: boolean): Promise<ExitCode> {
  if (!isDetached) return watchBatch(session, started);
  session.output.one(started, { id: started.batchId, lines: (paint) => batchLines(started, paint) });
  session.output.remark(`Next: ${session.command('batch', 'watch', started.batchId)}`);
  return Promise.resolve(EXIT.done);
}
