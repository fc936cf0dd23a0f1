import type { InstanceStatus } from '../../engine/index.js';
import type { InstanceKey } from './instance-store.js';

/**
 * What one instance has to bring about at another, written with the step that says so: a child to start or to cancel (the
 * parent's row), or an end to tell the caller (the child's row, whose `elementInstanceId` is 0).
 */
export interface DueCall {
  readonly instanceId: number;
  readonly elementInstanceId: number;
  readonly kind: 'start' | 'cancel' | 'ended';
  readonly tenantId: string;
  /** Of `start`. */
  readonly processKey: string | null;
  /** Of `start`. */
  readonly run: number | null;
  /** Epoch ms. */
  readonly queuedAt: number;
}

/** A called instance, as its caller shows it. */
export interface ChildRecord {
  readonly instanceGuid: string;
  readonly taskId: string;
  readonly elementInstanceId: number;
  readonly status: InstanceStatus;
}

/** Calls between instances. Rows are acted on at once; each act may be done twice and has one effect. */
export abstract class CallStore {
  /** Claims up to `limit` rows, oldest first, for `claimMs`; SKIP LOCKED. The start of a child deletes its row, others are discarded. */
  abstract claimDue(limit: number, node: number, claimMs: number): Promise<DueCall[]>;
  /** Deletes rows that are done; not those that have been written anew since. */
  abstract discard(calls: readonly DueCall[]): Promise<void>;
  /** Children of this visit that have not ended. */
  abstract openChildrenOf(instanceId: number, elementInstanceId: number): Promise<InstanceKey[]>;
  /** The newest `limit` children of an instance, newest first. */
  abstract childrenOf(instanceId: number, limit: number): Promise<ChildRecord[]>;
}
