import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, BatchItemState } from '../../sdk/client.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { Interruption } from '../interruption.js';
import { batchLines, progressLine } from '../output/batches.js';
import { Progress } from '../output/progress.js';
import type { Session } from '../session.js';

/** Between two looks at a batch, in ms: the first are close, for small ones. */
const LOOKS_MS = [100, 200, 400, 700];
const BAR_WIDTH = 24;

/** For a batch of hours, a server that is away for a while is no reason to look away. In ms. */
const PATIENCE_MS = 60_000;

/** What an item may end as without anything being wrong: `moved-on` was dealt with by somebody else. */
const FINE: readonly BatchItemState[] = ['recovered', 'done', 'moved-on'];

/**
 * Follows a batch until it ends or stops, and prints how. A signal ends this, not the batch.
 * @returns done where all its items have recovered, or were done
 */
export async function watchBatch(session: Session, started: Batch): Promise<ExitCode> {
  const client = await session.patientClient(PATIENCE_MS);
  const { batchId } = started;
  const progress = new Progress(session.output.isQuiet);
  const interruption = new Interruption();
  const { signal } = interruption;
  let batch = started;
  try {
    for (let look = 0; !isOver(batch); look++) {
      progress.show(`Batch ${batchId}  ${progressLine(batch, BAR_WIDTH)}`);
      await delay(LOOKS_MS[Math.min(look, LOOKS_MS.length - 1)], undefined, { signal });
      batch = await client.getBatch({ batchId }, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.end();
    return detached(session, batchId);
  } finally {
    progress.end();
    interruption.end();
  }
  const ended = batch;
  session.output.one(ended, { id: batchId, lines: (paint) => batchLines(ended, paint) });
  return endOf(session, ended);
}

function isOver({ status }: Batch): boolean {
  return status === 'completed' || status === 'aborted' || status === 'stopped';
}

function detached(session: Session, batchId: string): ExitCode {
  process.stderr.write(
    [
      `Batch ${batchId} goes on at the server.`,
      `  watch it:  ${session.command('batch', 'watch', batchId)}`,
      `  pause it:  ${session.command('batch', 'pause', batchId)}`,
      `  end it:    ${session.command('batch', 'abort', batchId)}`,
      '',
    ].join('\n'),
  );
  return EXIT.interrupted;
}

function endOf(session: Session, { batchId, status, counts, total }: Batch): ExitCode {
  const fine = FINE.reduce((sum, state) => sum + counts[state], 0);
  if (status === 'completed' && fine === total) return EXIT.done;
  if (status === 'stopped')
    session.output.remark(`Next: ${session.command('batch', 'resume', batchId)}, or batch abort ${batchId}`);
  else session.output.remark(`Next: ${session.command('batch', 'items', batchId, '--state', 'failed-again,refused')}`);
  return EXIT.refused;
}
