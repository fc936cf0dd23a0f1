import type { AuditEntry } from '../../contract/audit-entry.js';
import type { Circuit, CircuitSettings } from '../circuits/circuit.js';
import type { ClaimedKey } from './stores.js';

export type { Circuit } from '../circuits/circuit.js';

/** A circuit of a tenant: `https://host:port` or `task:<type>`. */
export interface CircuitKey {
  readonly tenantId: string;
  readonly circuit: string;
}

/** A circuit and what waits for it. */
export interface CircuitOverview extends CircuitKey {
  readonly status: Circuit;
  /** Retries and first attempts that are held back. */
  readonly held: number;
  /** Open incidents that were parked for it. */
  readonly parked: number;
}

/** What holds attempts back, as this process knows it. Asked before every attempt: nothing here waits. */
export abstract class CircuitBreakers {
  /** Some circuit holds attempts back; else nobody need ask which. */
  abstract readonly isHolding: boolean;
  /** Whether an automatic attempt may begin now. */
  abstract admits(tenantId: string, circuit: string): boolean;
  /** Some circuit counts outcomes; else successes need not be recorded. */
  abstract readonly isCounting: boolean;
  /** An attempt has ended. `isFault`: by what the circuit stands for. */
  abstract record(tenantId: string, circuit: string, isFault: boolean): void;
  /** An attempt that the circuit let through goes elsewhere, or has ended without an outcome: another may be in its place. */
  abstract recordStray(tenantId: string, circuit: string): void;
  /** What a command has made of a circuit holds in this process at once. */
  abstract learn(key: CircuitKey, circuit: Circuit): void;
  /** When circuits open, and how they are probed. */
  abstract readonly settings: CircuitSettings;
}

/** Circuits, shared by all servers; times on the database's clock. */
export abstract class CircuitStore {
  /**
   * Reads, decides and writes in one transaction, one at a time for a circuit.
   * @param decide null: nothing is known of it; what it returns is written, the very same is not
   * @param audit entries to write with a change
   * @returns what is stored now
   * @throws StepConflict, and nothing is written, where `underClaim` is not held any more
   */
  abstract change(
    key: CircuitKey,
    decide: (circuit: Circuit | null, now: number) => Circuit,
    audit: (before: Circuit | null, after: Circuit) => readonly AuditEntry[],
    underClaim?: ClaimedKey | null,
  ): Promise<Circuit>;
  /** All that are not closed, of all tenants. */
  abstract notClosed(): Promise<CircuitKey[]>;
  /** Those that are not closed and that this node keeps from now on, for `leaseMs`: no other node does meanwhile. */
  abstract keep(node: number, leaseMs: number): Promise<(CircuitKey & { readonly status: Circuit; readonly now: number })[]>;
  /** Puts claimed retry rows on hold, unless they were scheduled anew. */
  abstract hold(rows: readonly HeldRow[]): Promise<void>;
  /**
   * Lets up to `limit` held attempts through, the oldest first; how many. Those of paused instances stay, as they would not begin,
   * unless `withPaused`: then they are kept for the resume.
   */
  abstract releaseHeld(key: CircuitKey, limit: number, withPaused?: boolean): Promise<number>;
  /** Circuits that hold nothing back, of all tenants, though something is held for them: by a node that did not know yet. */
  abstract heldInVain(): Promise<CircuitKey[]>;
  /** Whether something is held or parked for it, or will be attempted later; what is paused does not count. */
  abstract whoWaits(key: CircuitKey): Promise<'now' | 'later' | 'nobody'>;
  /** Up to `limit` open incidents that were parked for it, the oldest first; not those of paused instances. */
  abstract parked(key: CircuitKey, limit: number): Promise<ParkedIncident[]>;
  /** Up to `limit` of each closed circuit, of all tenants: incidents that were parked for it before it closed, and that it did not release. */
  abstract parkedInVain(limit: number): Promise<(CircuitKey & ParkedIncident)[]>;
  /** Of one tenant, those that are not closed first. */
  abstract overview(tenantId: string): Promise<CircuitOverview[]>;
  /** Of all tenants: circuits that are not closed, and attempts that they hold back. */
  abstract counts(): Promise<{ readonly open: number; readonly held: number }>;
  /** Forgets circuits that have been closed for this long. */
  abstract forgetClosed(afterMs: number): Promise<void>;
}

/** An open incident that its circuit may release. */
export interface ParkedIncident {
  readonly instanceId: number;
  readonly elementInstanceId: number;
}

/** A timer row as it was claimed. */
export interface HeldRow {
  readonly instanceId: number;
  readonly elementInstanceId: number;
  readonly timerNodeId: string;
  readonly dueAt: number;
}
