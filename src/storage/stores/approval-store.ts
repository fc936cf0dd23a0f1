import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApprovalStore, type Approval, type ApprovalStatus, type NewApproval } from '../../application/ports/approvals.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { JsonObject } from '../../engine/index.js';
import { writeAudit } from '../audit/write-audit.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { SqlCondition } from '../readers/sql-condition.js';
import { markApplied } from './applied-claims.js';
import { freeText } from './stored-text.js';

/** @param now the placeholder of the time at which one that is pending may have expired */
const statusAt = (now: string): string =>
  `CASE WHEN status = 'pending' AND expires_at <= ${now}::timestamptz THEN 'expired' ELSE status END`;

const columnsAt = (now: string): string => `id, command, data, instance_guid AS "instanceGuid", reason, dry_run AS "dryRun",
  ${statusAt(now)} AS status, requested_by AS "requestedBy", requested_at AS "requestedAt", expires_at AS "expiresAt",
  decided_by AS "decidedBy", decided_at AS "decidedAt", comment, answer`;

/** Requests for approval in `approval`. */
@Injectable()
export class PgApprovalStore extends ApprovalStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  insert(tenantId: string, approval: NewApproval, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<void> {
    const { id, command, data, instanceGuid, reason, dryRun, requestedBy, requestedAt, expiresAt } = approval;
    return inTransaction(this.dataSource, async (manager) => {
      await queryRows(
        manager,
        `INSERT INTO approval (id, tenant_id, command, data, instance_guid, reason, dry_run, status, requested_by, requested_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10)`,
        [
          id,
          tenantId,
          command,
          JSON.stringify(data),
          freeText(instanceGuid),
          freeText(reason),
          JSON.stringify(dryRun),
          freeText(requestedBy),
          requestedAt,
          expiresAt,
        ],
      );
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
    });
  }

  async countPending(now: Date): Promise<number> {
    const [row] = await queryRows<{ total: number }>(
      this.dataSource,
      "SELECT count(*) AS total FROM approval WHERE status = 'pending' AND expires_at > $1",
      [now],
    );
    return row?.total ?? 0;
  }

  async find(tenantId: string, id: number, now: Date): Promise<Approval | null> {
    const [found] = await queryRows<Approval>(
      this.dataSource,
      `SELECT ${columnsAt('$3')} FROM approval WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id, now],
    );
    return found ?? null;
  }

  async list(
    tenantId: string,
    {
      status,
      instanceGuid,
    }: { readonly status?: readonly ApprovalStatus[] | undefined; readonly instanceGuid?: string | undefined },
    { pageNumber, pageSize }: { readonly pageNumber: number; readonly pageSize: number },
    now: Date,
  ): Promise<{ items: Approval[]; totalRecords: number }> {
    const condition = new SqlCondition();
    const at = condition.bind(now);
    condition.andEquals('tenant_id', tenantId);
    condition.andEquals('instance_guid', instanceGuid);
    if (status !== undefined) condition.and(`${statusAt(at)} = ANY (${condition.bind(status)}::text[])`);
    const limit = condition.bind(pageSize);
    const offset = condition.bind((pageNumber - 1) * pageSize);
    const rows = await queryRows<Approval & { readonly total: number }>(
      this.dataSource,
      `SELECT ${columnsAt(at)}, count(*) OVER () AS total FROM approval WHERE ${condition.text}
       ORDER BY approval.id DESC LIMIT ${limit} OFFSET ${offset}`,
      condition.parameters,
    );
    return { items: rows, totalRecords: rows[0]?.total ?? 0 };
  }

  decide(
    tenantId: string,
    id: number,
    {
      status,
      by,
      at,
      comment,
    }: { readonly status: 'approved' | 'rejected'; readonly by: string; readonly at: Date; readonly comment: string | null },
    audit: AuditEntry,
  ): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const decided = await queryRows(
        manager,
        `WITH decided AS (
           UPDATE approval SET status = $3, decided_by = $4, decided_at = $5, comment = $6
           WHERE tenant_id = $1 AND id = $2 AND status = 'pending' AND expires_at > $5 RETURNING 1)
         SELECT * FROM decided`,
        [tenantId, id, status, freeText(by), at, freeText(comment)],
      );
      if (decided.length === 0) return false;
      await writeAudit(manager, [audit]);
      return true;
    });
  }

  async conclude(tenantId: string, id: number, status: 'executed' | 'refused', answer: JsonObject): Promise<void> {
    await queryRows(
      this.dataSource,
      `UPDATE approval SET status = $3, answer = $4 WHERE tenant_id = $1 AND id = $2 AND status = 'approved'`,
      [tenantId, id, status, JSON.stringify(answer)],
    );
  }
}
