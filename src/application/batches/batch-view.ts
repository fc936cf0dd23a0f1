import { instant } from '../instance-view.js';
import type { BatchCounts, BatchItem, BatchItemState, BatchRecord } from '../ports/batches.js';

const STATES: readonly BatchItemState[] = [
  'pending',
  'running',
  'recovered',
  'done',
  'failed-again',
  'still-running',
  'interrupted',
  'refused',
  'moved-on',
  'not-attempted',
];

/** A batch as clients see it: every count, those of nothing included. */
export function batchView(batch: BatchRecord, counts: BatchCounts): Readonly<Record<string, unknown>> {
  const { id, kind, status, statusReason, canary, total, parameters, selection, options, reason, repeatOf, caller } = batch;
  return {
    batchId: String(id),
    kind,
    status,
    statusReason,
    total,
    counts: Object.fromEntries(STATES.map((state) => [state, counts[state] ?? 0])),
    progress: progressOf(batch, counts),
    canary: options.canary === 0 ? null : { items: Math.min(options.canary, total), state: canary },
    parameters,
    selection,
    options,
    reason,
    repeatOf: repeatOf === null ? null : String(repeatOf),
    startedBy: caller.actor.id,
    startedAt: instant(batch.createdAt.getTime()),
    endedAt: batch.endedAt === null ? null : instant(batch.endedAt.getTime()),
  };
}

/** How far it is, how fast it goes while it is at work, and how long it will be at work at that rate. */
function progressOf({ total, activeMs, status }: BatchRecord, counts: BatchCounts): Readonly<Record<string, unknown>> {
  const ended = total - (counts.pending ?? 0) - (counts.running ?? 0);
  const attempted = ended - (counts['not-attempted'] ?? 0);
  const perSecond = activeMs > 0 && attempted > 0 ? (attempted * 1_000) / activeMs : null;
  const isOver = status === 'completed' || status === 'aborted';
  return {
    ended,
    percent: total === 0 ? 100 : Math.floor((ended * 1_000) / total) / 10,
    perSecond: perSecond === null ? null : Math.round(perSecond * 10) / 10,
    remainingMs: isOver ? 0 : perSecond === null ? null : Math.round(((total - ended) * 1_000) / perSecond),
  };
}

/** An item as clients see it. */
export function batchItemView(item: BatchItem): Readonly<Record<string, unknown>> {
  const { itemNo, instanceGuid, taskId, state, statusBefore, statusAfter, errorCode, errorMessage, reason } = item;
  return {
    item: itemNo,
    instanceGuid,
    taskId,
    state,
    statusBefore,
    statusAfter,
    errorCode,
    errorMessage,
    reason,
    startedAt: item.startedAt === null ? null : instant(item.startedAt.getTime()),
    endedAt: item.endedAt === null ? null : instant(item.endedAt.getTime()),
  };
}

/** The number of a batch, as clients name it; null: none can have it. */
export function batchIdOf(text: string | number): number | null {
  const id = Number(text);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
