import type { AuditEntry } from '../../contract/audit-entry.js';
import type { ClaimedKey } from './stores.js';

/** An address that is told of events of its tenant. */
export interface Webhook {
  readonly id: number;
  readonly tenantId: string;
  readonly url: string;
  /** Names of events, `incident.*` or `*`. */
  readonly events: readonly string[];
  readonly comment: string | null;
  readonly isActive: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** How a webhook stands. */
export interface WebhookOverview extends Webhook {
  readonly pending: number;
  readonly parked: number;
  /** Of the newest failed attempt among what has not been received. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** `parked`: its attempts are used up, a person decides. What was received is gone. */
export type DeliveryState = 'pending' | 'parked';

/** An event that a webhook has not received yet. */
export interface WebhookDelivery {
  readonly webhookId: number;
  readonly entryId: number;
  readonly event: string;
  /** Attempts so far. */
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly dueAt: Date;
  /** HTTP status of the last attempt; null: there was no answer. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly lastAttemptAt: Date | null;
  readonly createdAt: Date;
}

/** A delivery that this node has claimed: `attempt` is the one to make now. */
export interface ClaimedDelivery {
  readonly webhookId: number;
  readonly entryId: number;
  readonly tenantId: string;
  readonly event: string;
  readonly body: string;
  readonly attempt: number;
  /** Since when attempts are made, epoch ms. */
  readonly queuedAt: number;
  readonly url: string;
  readonly secret: string;
}

/** Names a claimed delivery, and the attempt that was made: what another node has claimed since is left alone. */
export type DeliveryAttempt = Pick<ClaimedDelivery, 'webhookId' | 'entryId' | 'attempt'>;

/** How a failed attempt is recorded. */
export interface FailedDelivery {
  readonly status: number | null;
  readonly error: string;
  readonly at: Date;
  /** When the next attempt is due; null: there is none by itself, it is parked. */
  readonly dueAt: Date | null;
}

/** What a webhook wants to be told of, and how an entry becomes it. */
export interface EventSelection {
  /** Actions of entries worth looking at. */
  actionsFor(events: readonly string[]): readonly string[];
  /** Null: the webhook is not told of the entry. */
  messageOf(entry: AuditEntry, events: readonly string[]): { readonly event: string; readonly body: string } | null;
}

/**
 * Webhooks and what they have not received. Nothing here ever gives a secret back but to who makes a delivery. A change whose
 * `underClaim` is not held any more throws StepConflict and writes nothing.
 */
export abstract class WebhookStore {
  /** It is told of all that is committed from now on. False where the tenant has `most` already: then nothing is written. */
  abstract insert(
    webhook: Webhook & { readonly secret: string },
    most: number,
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<boolean>;
  /** What is undefined stays. Null where the tenant has none such, and nothing is written. */
  abstract update(
    tenantId: string,
    id: number,
    changes: {
      readonly url?: string | undefined;
      readonly events?: readonly string[] | undefined;
      readonly isActive?: boolean | undefined;
      readonly comment?: string | undefined;
    },
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<Webhook | null>;
  /** With all that it has not received. False where the tenant has none such, and nothing is written. */
  abstract remove(tenantId: string, id: number, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean>;
  /** Oldest first. */
  abstract list(tenantId: string): Promise<WebhookOverview[]>;
  /** What it has not received, oldest first. */
  abstract deliveries(
    tenantId: string,
    filter: { readonly webhookId: number; readonly state?: DeliveryState | undefined },
    page: { readonly pageNumber: number; readonly pageSize: number },
  ): Promise<{ readonly items: WebhookDelivery[]; readonly totalRecords: number }>;
  /** Parked ones are due now, with all their attempts before them. How many; null where the tenant has no such webhook. */
  abstract retryParked(
    tenantId: string,
    webhookId: number,
    now: Date,
    audit: (released: number) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<number | null>;
  /** Of all tenants. */
  abstract counts(): Promise<Readonly<Record<DeliveryState, number>>>;

  /** Active webhooks whose tenant's trail has entries that were not looked at for them; oldest first. */
  abstract behind(): Promise<number[]>;
  /**
   * Looks at the next entries after the webhook's position: queues what it is to be told and moves the position in one transaction, so
   * that nothing is lost or queued twice. Entries are taken in the order of their positions, of transactions that are surely finished.
   * @returns queued deliveries, and whether there may be more to look at; where another node is at it, none
   */
  abstract dispatch(
    id: number,
    select: EventSelection,
    now: Date,
  ): Promise<{ readonly queued: number; readonly hasMore: boolean }>;

  /**
   * Claims due deliveries of active webhooks for `leaseMs` of the database's clock, each webhook's oldest first: about `each` at once
   * for one of them, on all nodes together, `limit` in all. Counts the attempt.
   */
  abstract claim(node: number, now: Date, leaseMs: number, each: number, limit: number): Promise<ClaimedDelivery[]>;
  /** It was received. */
  abstract discard(node: number, delivery: DeliveryAttempt): Promise<void>;
  /** It was not; `audit` is written where it is parked. */
  abstract fail(node: number, delivery: DeliveryAttempt, failed: FailedDelivery, audit: AuditEntry | null): Promise<void>;
  /** Whatever this node still has claimed may be claimed by others at once. */
  abstract release(node: number): Promise<void>;
}
