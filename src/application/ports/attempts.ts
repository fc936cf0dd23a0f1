import type { ExecuteAttempt } from '../../engine/index.js';
import type { InstanceHeader } from './instance-store.js';
import type { JobKind } from './jobs.js';

/** Runs attempts after the commit that began them. Implemented by the runner. */
export abstract class AttemptRunner {
  /** The task types that this process executes itself; all others are jobs for workers. */
  abstract readonly connectors: { has(type: string): boolean };
  abstract execute(header: InstanceHeader, attempt: ExecuteAttempt, taskName: string): void;
  abstract abort(instanceId: number, elementInstanceId: number): void;
  abstract isRunning(instanceId: number, elementInstanceId: number, attempt: number): boolean;
}

/** Hints to the runner's loops: something may be due earlier than they think. Polling stays the truth. */
export abstract class Wakeups {
  /** A timer row falls due at this instant (epoch ms). */
  abstract timerAt(dueAt: number): void;
  /** An attempt was stopped that does not run on this node. */
  abstract instanceMoved(instanceId: number): void;
  /** A job of this kind can be taken by a worker. */
  abstract jobOpened(kind: JobKind): void;
  /** A circuit has opened or closed here. */
  abstract circuitChanged(): void;
  /** A batch can begin, or is not to go on as before. */
  abstract batchChanged(): void;
  /** Audit entries wait to be sealed. */
  abstract auditWritten(): void;
  /** The database's answer to a commit was lost: what the instance runs must be looked at again. */
  abstract instanceInDoubt(instance: { readonly tenantId: string; readonly guid: string }): void;
}
