import type { AuditEntry } from '../../contract/audit-entry.js';
import type { Effect, InstanceState, JsonObject, VariableWrite } from '../../engine/index.js';
import type { BatchItemKey } from './batches.js';
import type { FailureFingerprint } from './failures.js';
import type { ClaimedKey } from './stores.js';

/** What never changes about an instance, and is not the engine's business. */
export interface InstanceHeader {
  /** Shard key of every row of the instance. Made by `InstanceStore.nextId`. */
  readonly id: number;
  readonly tenantId: string;
  readonly guid: string;
  readonly definitionId: number;
  readonly definitionVersion: number;
  readonly processKey: string;
  readonly businessKey: string | null;
  readonly contextTypeId: number | null;
  readonly contextId: string | null;
  /** The call that it answers; null: it was started by itself. */
  readonly calledBy: CalledBy | null;
  /** What a later run begins with; null: its process has no policy for runs, and there is no later one. */
  readonly startVariables: JsonObject | null;
  /** Where it was begun again, from another; null: it was not. */
  readonly restartedFrom: RestartedFrom | null;
}

/** The call activity that waits for an instance. */
export interface CalledBy {
  readonly instanceId: number;
  readonly instanceGuid: string;
  readonly elementInstanceId: number;
  readonly nodeId: string;
  /** The model of the call activity. */
  readonly definitionId: number;
  readonly definitionVersion: number;
  /** Instances above it; at least 1. */
  readonly depth: number;
}

/** The instance that another was begun again from, and the activity at which. */
export interface RestartedFrom {
  readonly instanceId: number;
  readonly instanceGuid: string;
  readonly activityId: string;
}

/** The row of `start-child` that the start of the child uses up: it must still be there. */
export interface CallKey {
  readonly instanceId: number;
  readonly elementInstanceId: number;
  readonly run: number;
}

export interface StoredInstance {
  readonly header: InstanceHeader;
  readonly state: InstanceState;
}

export interface InstanceKey {
  readonly tenantId: string;
  readonly guid: string;
}

/** All that one accepted step writes. */
export interface StepWrite {
  readonly header: InstanceHeader;
  /** The version that the row must still have; 0: the row is inserted. */
  readonly expectedVersion: number;
  readonly state: InstanceState;
  /** The variables as JSON text where the step changed them; null: they stay as they are. */
  readonly variablesText: string | null;
  /** Scopes whose row must be written; those of them not in `state.scopes` are deleted. The root is in the instance's row. */
  readonly touchedScopes: ReadonlySet<number>;
  /** The node that runs attempts of it; 0 where several do; null where none does. */
  readonly ownerNode: number | null;
  /** Oldest active element, null when none. */
  readonly currentActivityId: string | null;
  readonly effects: readonly Effect[];
  /** Of the incidents that the step opens, in the order of the effects. */
  readonly failures: readonly FailureFingerprint[];
  /** Rows only where values differ. */
  readonly variableWrites: readonly VariableWrite[];
  readonly audit: readonly AuditEntry[];
  /** The claim to an idempotency key that this step makes good, if the command had one: it must still be held. */
  readonly underClaim: ClaimedKey | null;
  /** The message buffer row that this step consumes. */
  readonly consumedMessageId: number | null;
  /** The call that this step, the start of a child, answers. */
  readonly consumedCall: CallKey | null;
  /** The item of a batch that this step does: it must be pending, and its batch running. */
  readonly batchItem: BatchItemKey | null;
  /** The instance has ended, and its caller is to be told. */
  readonly tellsCaller: boolean;
}

/** Some write of the batch met a version other than expected, or a guid that exists. Nothing of the batch was written. */
export class StepConflict extends Error {
  override readonly name = 'StepConflict';
}

/** The database is away or refuses; nothing is known to be written. The API answers 503. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** Loads and saves instances: the commit path. */
export abstract class InstanceStore {
  /**
   * One round trip; those that do not exist are missing from the answer, and so are those that cannot be read (a newer server has
   * written them, say), of which `unreadable` is told. @throws Error of the first of those where nobody is
   */
  abstract loadByGuid(
    keys: readonly InstanceKey[],
    unreadable?: (header: InstanceHeader, error: Error) => void,
  ): Promise<StoredInstance[]>;
  abstract loadById(ids: readonly number[]): Promise<StoredInstance[]>;
  /** Only the versions, by id; those that do not exist are missing. */
  abstract readVersions(ids: readonly number[]): Promise<Map<number, number>>;
  /**
   * Writes all steps in one transaction, sent in one round trip, or none of them.
   * @throws StepConflict or StorageUnavailable; any other error is the data's fault (a bug or a value the database refuses).
   */
  abstract saveSteps(writes: readonly StepWrite[]): Promise<void>;
  /** Ids unique over all nodes, for instances and audit entries alike, from blocks reserved ahead. */
  abstract nextId(): number;
}
