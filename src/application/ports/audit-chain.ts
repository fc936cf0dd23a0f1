import type { VouchedSeal } from '../../audit-proof/checkpoint.js';
import type { AuditKey } from '../../audit-proof/audit-key.js';
import type { StoredSeal } from '../../audit-proof/seals.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { AuditRemoval } from '../../contract/audit-checkpoint.js';
import type { SaidRemoval } from '../../audit-proof/removal.js';
import type { AuditFilter } from './stores.js';

/** The key under which this server signs; null where it has none, and what to do about that. */
export abstract class AuditSigner {
  abstract readonly key: AuditKey | null;
  /** A sentence for whoever asks for what needs the key. */
  abstract readonly advice: string;
}

/** A piece of the chain as an export tells it, in the order of the chain. */
export type ProofPart =
  | { readonly kind: 'removal'; readonly removal: AuditRemoval }
  | { readonly kind: 'seal'; readonly seal: StoredSeal }
  /** Of the seal before, in its order. */
  | { readonly kind: 'entries'; readonly entries: readonly AuditEntry[] }
  /** Seals without any entry that matches are left out behind this one. */
  | { readonly kind: 'gap'; readonly after: StoredSeal }
  /** The chain is broken here; the last part. */
  | { readonly kind: 'broken'; readonly reason: string };

/** The sealed audit trail. */
export abstract class AuditChain {
  /** Seals, then the newest seal of the tenant; null where it has none. */
  abstract newestSeal(tenantId: string): Promise<VouchedSeal | null>;
  /** Committed entries of the tenant that no seal has yet. */
  abstract countUnsealed(tenantId: string): Promise<number>;
  /**
   * The chain up to that seal with the entries that match (null: all), at constant memory. Each seal is checked to follow the one
   * before, those that are left out too, so that what is signed about the last one is about all.
   */
  abstract prove(tenantId: string, upTo: VouchedSeal, filter: AuditFilter | null): AsyncIterable<ProofPart>;
}

/** A week of the trail that is to go, or why it stays. */
export type WeekRemoval =
  | { readonly outcome: 'removed'; readonly week: string; readonly entries: number }
  /** Others hold locks, or not all of it is sealed as it stands: for another time. */
  | { readonly outcome: 'kept'; readonly week: string; readonly reason: string };

/** What is written with a removal. */
export interface RemovalRecord {
  readonly id: number;
  readonly removal: AuditRemoval;
  readonly entry: AuditEntry;
}

/** The oldest weeks of the trail, where they are not kept for ever. */
export abstract class AuditRetentionStore {
  /** Weeks that ended before this instant (epoch ms), oldest first. */
  abstract weeksBefore(before: number): Promise<readonly string[]>;
  /**
   * Removes the entries of one week, of all tenants, in one transaction with what `record` makes of each tenant's share: a signed
   * statement and an audit entry. Their digests stay in their seals. Only where each entry of the week is sealed as it
   * stands; safe on several nodes at once.
   */
  abstract remove(week: string, record: (said: Omit<SaidRemoval, 'at'>) => RemovalRecord): Promise<WeekRemoval>;
}
