import type { TrustedKeys } from '../../audit-proof/audit-key.js';
import type { AuditCheckpoint } from '../../contract/audit-checkpoint.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { JsonObject, TimerKey } from '../../engine/index.js';

/** A timer row that fell due and was claimed by this node for a while. */
export interface DueTimer extends TimerKey {
  readonly instanceId: number;
  readonly dueAt: number;
  readonly tenantId: string;
  /** Of a retry: the circuit that may hold it back; null: none. */
  readonly circuit: string | null;
}

export abstract class TimerStore {
  /**
   * Claims up to `limit` rows with dueAt <= now (epoch ms) for `claimMs`; SKIP LOCKED; none of the instances `except`. Oldest
   * first, and where more is due than a claim takes, tenants in turn. The step that acts deletes the row.
   */
  abstract claimDue(now: number, limit: number, node: number, claimMs: number, except: readonly number[]): Promise<DueTimer[]>;
  /** What this node has claimed and could not act on may be claimed again at once. */
  abstract release(timers: readonly DueTimer[], node: number): Promise<void>;
  /** The same for all that a dead node had claimed. */
  abstract releaseAllOf(node: number, now: number): Promise<void>;
  /** Deletes rows whose step found nothing to do, in one statement. */
  abstract discard(timers: readonly DueTimer[]): Promise<void>;
  /** Epoch ms of the next unclaimed row of an instance not in `except`, null when none. */
  abstract nextDueAt(except: readonly number[]): Promise<number | null>;
  abstract countDue(now: number): Promise<number>;
}

/** Start events with a timer: one row for each (definition, start event), written with the definition. */
export interface StartTimer {
  readonly definitionId: number;
  readonly tenantId: string;
  readonly startEventId: string;
  readonly dueAt: number;
  /** Fires left after this one; null: without end. */
  readonly remaining: number | null;
}

export abstract class StartTimerStore {
  abstract claimDue(now: number, limit: number, node: number, claimMs: number): Promise<StartTimer[]>;
  /** Moves the row to its next firing, or deletes it (null). Guarded by the old dueAt; false when somebody else did it. */
  abstract advance(timer: StartTimer, nextDueAt: number | null): Promise<boolean>;
}

export interface MessageSubscription {
  readonly instanceId: number;
  readonly instanceGuid: string;
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly messageName: string;
  readonly correlationKey: string;
}

export interface BufferedMessage {
  readonly id: number;
  readonly name: string;
  readonly correlationKey: string;
  readonly variables: JsonObject;
}

/** Who waits for a message, of any tenant. */
export interface WaitingForMessage {
  readonly tenantId: string;
  readonly instanceGuid: string;
  readonly elementInstanceId: number;
}

export interface DeliverableMessage {
  readonly subscription: WaitingForMessage;
  readonly message: BufferedMessage;
}

export abstract class MessageStore {
  /** Open subscriptions of a tenant by name (null: any) and key. */
  abstract findSubscriptions(tenantId: string, name: string | null, correlationKey: string): Promise<MessageSubscription[]>;
  /** @throws StepConflict, and nothing is kept, where `underClaim` is not held any more */
  abstract buffer(tenantId: string, message: BufferedMessage, expiresAt: number, underClaim: ClaimedKey | null): Promise<void>;
  /** The oldest buffered message still alive for the name and key, null when none. Not removed: the consuming step does that. */
  abstract findBuffered(tenantId: string, name: string, correlationKey: string, now: number): Promise<BufferedMessage | null>;
  /** Up to `limit` buffered messages still alive that somebody waits for, oldest first, each with one who waits. */
  abstract findDeliverable(now: number, limit: number): Promise<DeliverableMessage[]>;
  abstract deleteExpired(now: number): Promise<number>;
}

export interface NodeRegistration {
  readonly node: number;
}

/** The life of server processes, on the database's clock. */
export abstract class NodeRegistry {
  /** Inserts this process (host, pid) with a new number. Rows of dead processes of the same host are marked dead at once. */
  abstract register(): Promise<NodeRegistration>;
  /** False when the row is gone or was declared dead: the process must register again. */
  abstract heartbeat(node: number): Promise<boolean>;
  /** Removes the row at the end of a drained process. */
  abstract unregister(node: number): Promise<void>;
  /** Marks nodes dead whose heartbeat is older than `leaseMs`, and returns all dead ones that may still own instances. */
  abstract declareDead(leaseMs: number): Promise<number[]>;
  /** Up to `limit` ids of instances that the node owns, or that have several owners. */
  abstract findOwned(node: number, limit: number): Promise<number[]>;
  /** Forgets a dead node that owns nothing any more. */
  abstract forget(node: number): Promise<void>;
}

export interface AuditFilter {
  readonly instanceGuid?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: readonly string[] | undefined;
  readonly outcome?: string | undefined;
  readonly taskId?: string | undefined;
  readonly processKey?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Case-insensitive, in action, comment, actor, task and instance. */
  readonly text?: string | undefined;
}

export interface AuditVerification {
  readonly valid: boolean;
  readonly checkedEntries: number;
  /** Id of the newest sealed entry; null when none is. */
  readonly sealedUpTo: number | null;
  /** Entries that had had their time, by signed statements. */
  readonly removedEntries: number;
  /** All of these were written before this instant; ISO 8601, null where there are none. */
  readonly removedUpTo: string | null;
  readonly firstInvalid: { readonly id: number; readonly reason: string } | null;
}

/** What a chain is checked against besides itself. */
export interface AuditWitness {
  /** Whose statements are believed. */
  readonly trusted: TrustedKeys;
  /** The chain must still have its seal. Its signature has been checked. */
  readonly checkpoint: AuditCheckpoint | null;
}

/** A page of the trail. */
export interface AuditTrailPage {
  readonly items: AuditEntry[];
  /** Null: there is nothing more. */
  readonly nextCursor: string | null;
  /** ISO 8601: looking further back would have taken too long; `nextCursor` goes on there. Null: the page is as full as can be. */
  readonly searchedBackTo: string | null;
}

/** The audit trail: append and read. Nothing here changes or deletes. */
export abstract class AuditStore {
  /**
   * Entries that belong to no stored change: refusals, dry runs, what changed nothing. Those of a change are written with it, by
   * the store that makes it. `underClaim`: where they stand for a command that was done.
   * @throws StepConflict, and nothing is written, where `underClaim` is not held any more
   */
  abstract append(entries: readonly AuditEntry[], underClaim?: ClaimedKey | null): Promise<void>;
  /** Newest first. `cursor` is opaque, from an earlier answer; a malformed one throws RangeError. */
  abstract query(tenantId: string, filter: AuditFilter, pageSize: number, cursor: string | null): Promise<AuditTrailPage>;
  /** Newest first, by page number from 1, with how many match in all: for people who leaf through it. */
  abstract page(
    tenantId: string,
    filter: AuditFilter,
    page: { readonly pageNumber: number; readonly pageSize: number },
  ): Promise<{ items: AuditEntry[]; totalRecords: number }>;
  /** All that match, oldest first, some at a time, at constant memory. */
  abstract stream(tenantId: string, filter: AuditFilter): AsyncIterable<readonly AuditEntry[]>;
  /** Seals what is committed and not yet sealed, of all tenants; returns how many entries. Safe on several nodes at once. */
  abstract seal(): Promise<number>;
  /** Seals, then checks every entry of the tenant against the chain, and the chain against the witness. */
  abstract verify(tenantId: string, witness?: AuditWitness | null): Promise<AuditVerification>;
}

export interface ApiToken {
  readonly id: number;
  readonly name: string;
  readonly tenants: readonly string[];
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A change whose `underClaim` is not held any more throws StepConflict and writes nothing. */
export abstract class ApiTokenStore {
  /** `audit` makes the entry, which is written in the same transaction. */
  abstract insert(
    token: Omit<ApiToken, 'id' | 'createdAt' | 'revokedAt'>,
    hash: string,
    audit: (inserted: ApiToken) => AuditEntry,
  ): Promise<ApiToken>;
  /** By SHA-256 of the secret (hex); revoked and expired ones too. */
  abstract findByHash(hash: string): Promise<ApiToken | null>;
  abstract list(tenantId: string): Promise<ApiToken[]>;
  /** False when there is no such live token in the tenant: then nothing is written. `audit` is written in the same transaction. */
  abstract revoke(tenantId: string, id: number, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean>;
  /** Makes sure that a token with this hash exists (the bootstrap token). */
  abstract ensure(token: Omit<ApiToken, 'id' | 'createdAt' | 'revokedAt'>, hash: string): Promise<void>;
}

/** One execution's claim to a key. `claim` is a UUID of its own, so that what an earlier execution left behind cannot pass for it. */
export interface ClaimedKey {
  readonly tenantId: string;
  readonly key: string;
  readonly claim: string;
}

export interface StoredAnswer {
  readonly httpStatus: number;
  readonly body: string;
}

export type IdempotencyClaim =
  /** Ours to execute. */
  | { readonly kind: 'claimed' }
  /** Done before: the stored answer. */
  | ({ readonly kind: 'replay' } & StoredAnswer)
  /** The key was used with another request. */
  | { readonly kind: 'mismatch' }
  /** It is being executed, as far as is known. */
  | { readonly kind: 'in-progress' }
  /** The claim was given up after its effect was committed and before the answer was stored. */
  | { readonly kind: 'answer-lost'; readonly instanceGuid: string | null; readonly claim: string };

/**
 * Keys of requests and their first answers. A claim holds for a lease, on the database's clock, and is renewed while its
 * command is executed: so it ends by itself wherever its executor dies, is frozen, or never heard that it had it. Every change
 * names the claim that it makes good (`underClaim`); where that is another's by then, the change is not committed.
 */
export abstract class IdempotencyStore {
  /** `requestHash`: SHA-256 over command and body. A claim without effect that was not renewed for `leaseMs` is taken over. */
  abstract claim(wanted: ClaimedKey, requestHash: string, leaseMs: number): Promise<IdempotencyClaim>;
  /** Those of them that are still held hold for another lease. */
  abstract renew(held: readonly ClaimedKey[]): Promise<void>;
  /** The answer that is stored now: the first one. Null, and nothing stored, where none is and the claim is another's. */
  abstract storeAnswer(held: ClaimedKey, answer: StoredAnswer): Promise<StoredAnswer | null>;
  /** After a failure without effect (500, 503): the key may be used again. False where the claim is another's, or had an effect. */
  abstract release(held: ClaimedKey): Promise<boolean>;
  abstract deleteOlderThan(ageMs: number): Promise<number>;
}
