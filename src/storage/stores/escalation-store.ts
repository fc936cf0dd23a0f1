import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  EscalationStore,
  type EscalationRule,
  type NeglectedGroup,
  type ToldGroup,
} from '../../application/ports/escalations.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { CLAIM_NEGLECTED_GROUPS, CLAIM_NEW_GROUPS } from '../sql/escalations.js';
import { markApplied } from './applied-claims.js';
import { freeText } from './stored-text.js';

/** Rules in `escalation_rule`; when a group was told of stands in `failure_group`. */
@Injectable()
export class PgEscalationStore extends EscalationStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async find(tenantId: string): Promise<EscalationRule | null> {
    const [rule] = await queryRows<EscalationRule>(
      this.dataSource,
      `SELECT older_than_ms AS "olderThanMs", min_count AS "minCount", repeat_every_ms AS "repeatEveryMs", comment, set_by AS "setBy",
         set_at AS "setAt"
       FROM escalation_rule WHERE tenant_id = $1`,
      [tenantId],
    );
    return rule ?? null;
  }

  set(tenantId: string, rule: EscalationRule, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<void> {
    const { olderThanMs, minCount, repeatEveryMs, comment, setBy, setAt } = rule;
    return inTransaction(this.dataSource, async (manager) => {
      await queryRows(
        manager,
        `INSERT INTO escalation_rule (tenant_id, older_than_ms, min_count, repeat_every_ms, comment, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id) DO UPDATE
         SET older_than_ms = excluded.older_than_ms, min_count = excluded.min_count, repeat_every_ms = excluded.repeat_every_ms,
           comment = excluded.comment, set_by = excluded.set_by, set_at = excluded.set_at`,
        [tenantId, olderThanMs, minCount, repeatEveryMs, freeText(comment), freeText(setBy), setAt],
      );
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
    });
  }

  remove(tenantId: string, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const gone = await queryRows(
        manager,
        'WITH gone AS (DELETE FROM escalation_rule WHERE tenant_id = $1 RETURNING 1) SELECT * FROM gone',
        [tenantId],
      );
      if (gone.length === 0) return false;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return true;
    });
  }

  announce(now: Date, limit: number, audit: (group: ToldGroup) => AuditEntry): Promise<number> {
    return inTransaction(this.dataSource, async (manager) => {
      const groups = await queryRows<ToldGroup>(manager, CLAIM_NEW_GROUPS, [limit]);
      return this.tell(manager, 'announced_at', groups, now, audit);
    });
  }

  escalate(now: Date, limit: number, audit: (group: NeglectedGroup) => AuditEntry): Promise<number> {
    return inTransaction(this.dataSource, async (manager) => {
      const groups = await queryRows<NeglectedGroup>(manager, CLAIM_NEGLECTED_GROUPS, [now, limit]);
      return this.tell(manager, 'escalated_at', groups, now, audit);
    });
  }

  private async tell<Group extends ToldGroup>(
    manager: EntityManager,
    column: 'announced_at' | 'escalated_at',
    groups: readonly Group[],
    now: Date,
    audit: (group: Group) => AuditEntry,
  ): Promise<number> {
    if (groups.length === 0) return 0;
    const ids = groups.map(({ groupId }) => groupId);
    await queryRows(manager, `UPDATE failure_group SET ${column} = $2 WHERE fingerprint = ANY ($1::text[])`, [ids, now]);
    await writeAudit(manager, groups.map(audit));
    return groups.length;
  }
}
