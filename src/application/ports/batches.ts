import type { AuditEntry } from '../../contract/audit-entry.js';
import type { InstanceStatus, JsonObject } from '../../engine/index.js';
import type { InstanceListFilter } from './readers.js';
import type { ClaimedKey } from './stores.js';

/**
 * `running`; `paused` by a person; `stopped` by itself, as its canaries or too many others did not recover; `aborting`: nothing
 * more begins, what has begun comes to its end; `aborted` and `completed` are over.
 */
export type BatchStatus = 'running' | 'paused' | 'stopped' | 'aborting' | 'aborted' | 'completed';

/**
 * How an item stands, or has ended:
 * - `pending`: not begun
 * - `running`: its command is done, the outcome of its attempt is not known yet
 * - `recovered`: its task was executed and went well (or its policy ended it)
 * - `failed-again`: its task was executed and failed
 * - `still-running`: no outcome within the time that the batch waits for one; the attempt goes on
 * - `interrupted`: its task was ended while it was executed
 * - `done`: its command has begun no attempt, and is done
 * - `refused`: with the reason
 * - `moved-on`: what it was chosen for is no longer so
 * - `not-attempted`: the batch was aborted before
 */
export type BatchItemState =
  | 'pending'
  | 'running'
  | 'recovered'
  | 'failed-again'
  | 'still-running'
  | 'interrupted'
  | 'done'
  | 'refused'
  | 'moved-on'
  | 'not-attempted';

/** What a command acts on within an instance: nothing, its open failures, or its tasks that wait for an automatic attempt. */
export type BatchTarget = 'instance' | 'failures' | 'waiting-retries';

/** Which instances a batch is about; frozen when it starts. */
export type BatchSelection =
  | { readonly by: 'ids'; readonly instanceGuids: readonly string[] }
  | { readonly by: 'filter'; readonly filter: InstanceListFilter }
  /** Items of an earlier batch that ended in one of these states. */
  | { readonly by: 'batch'; readonly batchId: number; readonly states: readonly BatchItemState[] };

export interface BatchOptions {
  /** Items whose outcome is waited for at once. */
  readonly concurrency: number;
  /** Items that begin in a second; null: as many as there may be. */
  readonly ratePerSecond: number | null;
  /** So many first; the others only if all of these recover. 0: none. */
  readonly canary: number;
  /** It stops when so many have not recovered; null: it goes on. */
  readonly maxFailures: number | null;
  /** How long the outcome of an item is waited for, in ms. */
  readonly waitMs: number;
}

/** Who has asked for a batch: its items are done in this name, with these permissions. */
export interface BatchCaller {
  readonly actor: { readonly type: 'user' | 'worker' | 'system'; readonly id: string };
  readonly permissions: readonly string[];
  readonly correlationId: string;
  /** A second person has agreed to the batch, and so to each of its items. */
  readonly approval?: { readonly approvalId: number; readonly requestedBy: string };
}

export interface NewBatch {
  readonly id: number;
  readonly tenantId: string;
  readonly kind: string;
  readonly parameters: JsonObject;
  /** What it was chosen by, for people. */
  readonly selection: JsonObject;
  readonly options: BatchOptions;
  readonly reason: string | null;
  readonly caller: BatchCaller;
  readonly createdAt: Date;
  readonly repeatOf: number | null;
}

export interface BatchRecord extends NewBatch {
  readonly status: BatchStatus;
  /** Why it was paused, stopped or aborted. */
  readonly statusReason: string | null;
  /** Null: it has none. */
  readonly canary: 'running' | 'passed' | 'failed' | null;
  readonly total: number;
  readonly endedAt: Date | null;
  /** How long it has been at work. */
  readonly activeMs: number;
}

/** Items in each state; those that no item is in are missing. */
export type BatchCounts = Readonly<Partial<Record<BatchItemState, number>>>;

/** What an item was chosen for. */
export interface ChosenItem {
  readonly instanceGuid: string;
  /** The visit that it is about, and the attempt of it that had failed; null: the instance as a whole. */
  readonly elementInstanceId: number | null;
  readonly attempt: number | null;
  readonly taskId: string | null;
  /** When it was chosen. */
  readonly statusBefore: InstanceStatus | null;
}

export interface BatchItem extends ChosenItem {
  readonly itemNo: number;
  /** Null: the tenant has no such instance. */
  readonly instanceId: number | null;
  readonly state: BatchItemState;
  readonly statusAfter: InstanceStatus | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly reason: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** How an item ended. */
export interface BatchOutcome {
  readonly itemNo: number;
  readonly state: Exclude<BatchItemState, 'pending' | 'running'>;
  readonly statusAfter: InstanceStatus | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly reason: string | null;
}

/** What a batch would be about. */
export interface BatchPreview {
  readonly total: number;
  readonly byStatus: readonly { readonly status: InstanceStatus | null; readonly count: number }[];
  /** The processes with the most items, at most 20. */
  readonly byProcess: readonly { readonly processKey: string; readonly count: number }[];
  /** The first items. */
  readonly samples: readonly ChosenItem[];
}

/** The item whose command a step does: marked in the same transaction, so that it is done once. */
export interface BatchItemKey {
  readonly batchId: number;
  readonly itemNo: number;
  /** Where no attempt begins, it has ended with the step. */
  readonly becomes: 'running' | 'done';
}

/** Batches and their items. A change whose `underClaim` is not held any more throws StepConflict and writes nothing. */
export abstract class BatchStore {
  abstract preview(tenantId: string, selection: BatchSelection, target: BatchTarget, samples: number): Promise<BatchPreview>;
  /**
   * Writes the batch with all that its selection meets at this moment, in one transaction; its first items begin soon. One that there
   * is already is left as it is. Nothing is
   * written where that would be none, more than `maxItems`, or other than `expectedItems`: then how many they would be.
   */
  abstract create(
    batch: NewBatch,
    selection: BatchSelection,
    target: BatchTarget,
    limits: { readonly maxItems: number; readonly expectedItems: number | null },
    audit: (created: BatchRecord) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<{ readonly kind: 'created'; readonly batch: BatchRecord } | { readonly kind: 'refused'; readonly total: number }>;
  abstract find(tenantId: string, id: number): Promise<{ readonly batch: BatchRecord; readonly counts: BatchCounts } | null>;
  /** The newest first. */
  abstract list(
    tenantId: string,
    filter: { readonly status?: readonly BatchStatus[] | undefined; readonly kind?: string | undefined },
    page: { readonly pageNumber: number; readonly pageSize: number },
  ): Promise<{
    readonly items: readonly { readonly batch: BatchRecord; readonly counts: BatchCounts }[];
    readonly totalRecords: number;
  }>;
  /** Items with numbers above `after`, in order. */
  abstract items(
    batchId: number,
    states: readonly BatchItemState[] | null,
    after: number,
    limit: number,
  ): Promise<readonly BatchItem[]>;
  /** Moves the batch on by a command; null, and nothing written, where it is in none of the states `from`. */
  abstract move(
    tenantId: string,
    id: number,
    from: readonly BatchStatus[],
    to: BatchStatus,
    reason: string | null,
    audit: (before: BatchRecord) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<BatchRecord | null>;

  /** Up to `limit` batches that are at work and that this node runs from now on, for `leaseMs`; no other node does meanwhile. */
  abstract claim(node: number, leaseMs: number, limit: number): Promise<readonly BatchRecord[]>;
  /** Another node may run it at once. */
  abstract release(node: number, id: number): Promise<void>;
  /** Writes how items ended, with the time that the run was at work since the last call; how the batch stands now. */
  abstract record(id: number, outcomes: readonly BatchOutcome[], activeMs: number, at: Date): Promise<BatchStatus>;
  /** The canaries have recovered. */
  abstract passCanary(id: number): Promise<void>;
  /** The run moves the batch on by itself; false, and nothing written, where somebody else has meanwhile. `aborted`: what is pending is not attempted. */
  abstract settle(
    id: number,
    from: BatchStatus,
    to: BatchStatus,
    said: { readonly reason: string | null; readonly canary?: 'failed'; readonly at: Date },
    audit: (counts: BatchCounts) => AuditEntry,
  ): Promise<boolean>;
  /** Removes some of the batches that ended before `before`, with their items; false when there is none left. Well below a second. */
  abstract removeEnded(before: Date): Promise<boolean>;
  /** Of all tenants: batches in each state, and items that are pending or running. */
  abstract totals(): Promise<{ readonly byStatus: Readonly<Record<string, number>>; readonly unended: number }>;
}
