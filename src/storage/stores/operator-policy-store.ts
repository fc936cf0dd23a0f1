import type { DataSource } from 'typeorm';
import { OperatorPolicyStore, type OperatorPolicy, type PolicyScope } from '../../application/ports/operator-policies.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import type { HotPool } from '../connection/hot-pool.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { LIST_POLICIES } from '../sql/operator-policies.js';
import { markApplied } from './applied-claims.js';
import { freeText } from './stored-text.js';

/** Policies in `operator_policy`; an empty key there is none here. */
export class PgOperatorPolicyStore extends OperatorPolicyStore {
  constructor(
    private readonly pool: HotPool,
    private readonly dataSource: DataSource,
  ) {
    super();
  }

  async list(tenantId: string): Promise<OperatorPolicy[]> {
    return (await this.pool.query<OperatorPolicy & Record<string, unknown>>(LIST_POLICIES, [tenantId])).rows;
  }

  set(tenantId: string, policy: OperatorPolicy, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<void> {
    const { processKey, taskId, rules, comment, setBy, setAt } = policy;
    return inTransaction(this.dataSource, async (manager) => {
      await queryRows(
        manager,
        `INSERT INTO operator_policy (tenant_id, process_key, task_id, rules, comment, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, process_key, task_id) DO UPDATE
         SET rules = excluded.rules, comment = excluded.comment, set_by = excluded.set_by, set_at = excluded.set_at`,
        [tenantId, processKey ?? '', taskId ?? '', JSON.stringify(rules), freeText(comment), freeText(setBy), setAt],
      );
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
    });
  }

  remove(
    tenantId: string,
    { processKey, taskId }: PolicyScope,
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const gone = await queryRows(
        manager,
        `WITH gone AS (
           DELETE FROM operator_policy WHERE tenant_id = $1 AND process_key = $2 AND task_id = $3 RETURNING 1)
         SELECT * FROM gone`,
        [tenantId, processKey ?? '', taskId ?? ''],
      );
      if (gone.length === 0) return false;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return true;
    });
  }
}
