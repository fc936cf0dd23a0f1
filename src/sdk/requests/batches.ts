import type { JsonObject } from '../json.js';

interface BatchOptions {
  /** Items whose outcome is waited for at once, on one server; fewer while other commands arrive there. 32 without it. */
  readonly concurrency?: number;
  /** Items that begin in a second; without it, as many as there may be. */
  readonly ratePerSecond?: number;
  /** So many first: the others only if all of these recover. */
  readonly canary?: number;
  /** Stop when so many have not recovered. */
  readonly maxFailures?: number;
  /** How long the outcome of an item is waited for, in ms. 30000 without it. */
  readonly waitMs?: number;
}

/** Do a command on many instances, and find out what came of each. */
export interface StartBatchRequest extends BatchOptions {
  /** What is done on each. */
  readonly kind: 'retry' | 'skip' | 'cancel' | 'pause' | 'resume' | 'set-variables' | 'retry-now';
  /** What the command of this kind takes: `updatedVariables`, `additionalData`, `mode`, ... */
  readonly parameters?: JsonObject;
  /** These instances. */
  readonly instanceGuids?: string | readonly string[];
  /** Instances that the filters of GetProcessInstanceListQuery choose; all that are given must hold. */
  readonly filter?: JsonObject;
  /** The failures of this group; may stand beside a filter. */
  readonly failureGroup?: string;
  /** Needed to choose every instance of the tenant: an empty filter is more often a mistake. */
  readonly all?: boolean;
  /** Refuse unless the selection meets so many, as a preview has told. */
  readonly expectedItems?: number;
  /** Why, for the audit trail of the batch and of each item. */
  readonly reason?: string;
}

/** What a batch would be about: the very data of its start. */
export interface PreviewBatchRequest extends StartBatchRequest {
  /** So many of the first items are tried in a dry run. 5 without it. */
  readonly samples?: number;
}

/** Do a batch again, on those of its items that have not recovered; what is not given stays as it was. */
export interface RepeatBatchFailuresRequest extends BatchOptions {
  /** The batch; it must have ended, or stopped. */
  readonly batchId: string | number;
  /** Items that ended like this. `failed-again` without it. */
  readonly states?:
    | 'failed-again'
    | 'still-running'
    | 'interrupted'
    | 'refused'
    | 'not-attempted'
    | readonly ('failed-again' | 'still-running' | 'interrupted' | 'refused' | 'not-attempted')[];
  /** In place of the parameters of the batch. */
  readonly parameters?: JsonObject;
  /** Why, for the audit trail of the batch and of each item. */
  readonly reason?: string;
}

interface BatchCommand {
  /** The batch. */
  readonly batchId: string | number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Let a batch begin nothing more until it is resumed. */
export type PauseBatchRequest = BatchCommand;

/** Let a paused or stopped batch go on, whatever its canaries said. */
export type ResumeBatchRequest = BatchCommand;

/** End a batch: nothing more begins. */
export type AbortBatchRequest = BatchCommand;

/** How a batch stands, with the number of items in each state. */
export interface GetBatchRequest {
  /** The batch. */
  readonly batchId: string | number;
}

/** Batches of the tenant, the newest first. */
export interface GetBatchListRequest {
  /** Only in these states. */
  readonly status?:
    | 'running'
    | 'paused'
    | 'stopped'
    | 'aborting'
    | 'aborted'
    | 'completed'
    | readonly ('running' | 'paused' | 'stopped' | 'aborting' | 'aborted' | 'completed')[];
  /** Only of this kind. */
  readonly kind?: 'retry' | 'skip' | 'cancel' | 'pause' | 'resume' | 'set-variables' | 'retry-now';
  /** From 1. */
  readonly pageNumber?: number;
  /** 20 without it. */
  readonly pageSize?: number;
}

/** What became of each item of a batch, page by page. */
export interface GetBatchItemsRequest {
  /** The batch. */
  readonly batchId: string | number;
  /** Only in these states. */
  readonly state?:
    | 'pending'
    | 'running'
    | 'recovered'
    | 'failed-again'
    | 'still-running'
    | 'interrupted'
    | 'done'
    | 'refused'
    | 'moved-on'
    | 'not-attempted'
    | readonly (
        | 'pending'
        | 'running'
        | 'recovered'
        | 'failed-again'
        | 'still-running'
        | 'interrupted'
        | 'done'
        | 'refused'
        | 'moved-on'
        | 'not-attempted'
      )[];
  /** 100 without it. */
  readonly pageSize?: number;
  /** From the answer before. */
  readonly cursor?: string;
}
