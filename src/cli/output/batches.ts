import type { Batch, BatchItems } from '../../sdk/client.js';
import { sayDuration } from '../input/durations.js';
import { columnsOf } from './columns.js';
import type { Listing } from './output.js';
import { paintState, type Paint } from './paint.js';

export const BATCHES: Listing<Batch> = {
  columns: [
    ...columnsOf<Batch>('batchId', 'kind', 'status', 'total'),
    { name: 'percent', of: ({ progress }) => progress.percent },
    { name: 'counts', of: ({ counts }) => counts, shown: (batch) => sayCounts(batch) },
    ...columnsOf<Batch>('reason', 'startedBy', 'startedAt', 'endedAt'),
  ],
  id: ({ batchId }) => batchId,
  empty: 'There is no batch.',
};

type Item = BatchItems['items'][number];

/** The report of a batch. */
export const BATCH_ITEMS: Listing<Item> = {
  columns: columnsOf<Item>(
    'item',
    'instanceGuid',
    'taskId',
    'state',
    'statusBefore',
    'statusAfter',
    'errorCode',
    'errorMessage',
    'reason',
    'startedAt',
    'endedAt',
  ),
  id: ({ instanceGuid }) => instanceGuid,
  empty: 'No item matches.',
};

/** `recovered 12, failed-again 3`: what there is any of. */
function sayCounts({ counts }: Pick<Batch, 'counts'>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${state} ${count}`)
    .join(', ');
}

export function sayItems(count: number): string {
  return count === 1 ? '1 item' : `${count} items`;
}

/** A batch for people. */
export function batchLines(batch: Batch, paint: Paint): string[] {
  const { batchId, kind, status, statusReason, total, canary, reason } = batch;
  return [
    `Batch ${paint('bold', batchId)}  ${kind}  ${paintState(paint, status)}${statusReason === null ? '' : `: ${statusReason}`}`,
    `  ${sayItems(total)}: ${sayCounts(batch)}`,
    ...(canary ? [`  canary: ${sayItems(canary.items)}, ${canary.state}`] : []),
    ...(reason === null ? [] : [`  reason: ${reason}`]),
    ...(status === 'running' ? [`  ${progressLine(batch, 30)}`] : []),
  ];
}

/** `[######----]  40 % of 100  recovered 38, failed-again 2  12.5/s  5s left`, with a bar of so many characters. */
export function progressLine(batch: Batch, width: number): string {
  const { progress, total, status } = batch;
  const filled = Math.floor((progress.percent / 100) * width);
  const parts = [
    `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`,
    `${Math.floor(progress.percent)} % of ${total}`,
    sayCounts(batch),
    ...(progress.perSecond === null ? [] : [`${progress.perSecond}/s`]),
    ...(status !== 'running' ? [status] : progress.remainingMs === null ? [] : [`${sayDuration(progress.remainingMs)} left`]),
  ];
  return parts.join('  ');
}
