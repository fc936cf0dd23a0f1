import type { AuditEntry } from '../../contract/audit-entry.js';
import type { JsonObject } from '../../engine/index.js';
import type { ClaimedKey } from './stores.js';

/** `approved` is on its way; `executed` and `refused` say what came of it. */
export type ApprovalStatus = 'pending' | 'approved' | 'executed' | 'refused' | 'rejected' | 'expired';

/** A command that waits for a second person, with what it would do. */
export interface Approval {
  readonly id: number;
  /** `RetryFailedTaskCommand`. */
  readonly command: string;
  readonly data: JsonObject;
  readonly instanceGuid: string | null;
  readonly reason: string;
  /** The answer of the dry run at the time of the request. */
  readonly dryRun: JsonObject;
  /** One that is past `expiresAt` is `expired`. */
  readonly status: ApprovalStatus;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly comment: string | null;
  /** Of the command, once it was executed or refused. */
  readonly answer: JsonObject | null;
}

export type NewApproval = Omit<Approval, 'status' | 'decidedBy' | 'decidedAt' | 'comment' | 'answer'>;

/** Requests for approval. A change whose `underClaim` is not held any more throws StepConflict and writes nothing. */
export abstract class ApprovalStore {
  /** Of all tenants: those that can be decided upon at `now`. */
  abstract countPending(now: Date): Promise<number>;
  abstract insert(tenantId: string, approval: NewApproval, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<void>;
  /** @param now those past their time are `expired` */
  abstract find(tenantId: string, id: number, now: Date): Promise<Approval | null>;
  /** The newest first. */
  abstract list(
    tenantId: string,
    filter: { readonly status?: readonly ApprovalStatus[] | undefined; readonly instanceGuid?: string | undefined },
    page: { readonly pageNumber: number; readonly pageSize: number },
    now: Date,
  ): Promise<{ readonly items: readonly Approval[]; readonly totalRecords: number }>;
  /**
   * Decides about a pending one; false, and nothing written, where it is not pending any more. Of an approval, the command
   * is executed after this: should the server die in between, approving again executes it.
   */
  abstract decide(
    tenantId: string,
    id: number,
    decision: {
      readonly status: 'approved' | 'rejected';
      readonly by: string;
      readonly at: Date;
      readonly comment: string | null;
    },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** What came of an approved command. */
  abstract conclude(tenantId: string, id: number, status: 'executed' | 'refused', answer: JsonObject): Promise<void>;
}
