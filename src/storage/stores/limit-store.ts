import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LimitStore, type LimitInUse, type TaskLimit } from '../../application/ports/limits.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { IS_HELD } from '../sql/held-permits.js';
import { markApplied } from './applied-claims.js';

/** Limits in `task_limit`, set by people. */
@Injectable()
export class PgLimitStore extends LimitStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  list(tenantId: string): Promise<LimitInUse[]> {
    return queryRows<LimitInUse>(
      this.dataSource,
      `SELECT task_limit.key, max_concurrent AS "maxConcurrent", rate_per_second AS "ratePerSecond", comment, set_by AS "setBy",
         set_at AS "setAt", (nodes.held + job.held)::integer AS "inUse", nodes.waiting::integer AS waiting
       FROM task_limit
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(held), 0) AS held, coalesce(sum(permit.waiting), 0) AS waiting
         FROM limit_permit AS permit JOIN server_node AS server USING (node)
         WHERE server.dead_at IS NULL AND permit.tenant_id = task_limit.tenant_id AND permit.key = task_limit.key) AS nodes
       CROSS JOIN LATERAL (
         SELECT count(*) AS held FROM job_permit AS permit
         WHERE permit.tenant_id = task_limit.tenant_id AND permit.key = task_limit.key AND ${IS_HELD}) AS job
       WHERE task_limit.tenant_id = $1 ORDER BY task_limit.key`,
      [tenantId],
    );
  }

  /** A rate begins with an empty bucket but for one: a limit set again and again lets nothing more through. */
  set(
    tenantId: string,
    limit: TaskLimit & { readonly comment: string | null; readonly setBy: string },
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<void> {
    const { key, maxConcurrent, ratePerSecond, comment, setBy } = limit;
    return inTransaction(this.dataSource, async (manager) => {
      await queryRows(
        manager,
        `INSERT INTO task_limit (tenant_id, key, max_concurrent, rate_per_second, comment, set_by) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, key) DO UPDATE
           SET max_concurrent = excluded.max_concurrent, rate_per_second = excluded.rate_per_second, comment = excluded.comment,
             set_by = excluded.set_by, set_at = excluded.set_at, revision = excluded.revision, tokens = least(1, task_limit.tokens)`,
        [tenantId, key, maxConcurrent, ratePerSecond, comment, setBy],
      );
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
    });
  }

  /** What nodes hold of it stays stated: they take their rows away themselves, should the limit be set again meanwhile. */
  remove(tenantId: string, key: string, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const gone = await queryRows<{ key: string }>(
        manager,
        'WITH gone AS (DELETE FROM task_limit WHERE tenant_id = $1 AND key = $2 RETURNING key) SELECT key FROM gone',
        [tenantId, key],
      );
      if (gone.length === 0) return false;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return true;
    });
  }
}
