import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  FailureGroupStore,
  type FailureGroup,
  type FailureGroupChange,
  type FailureGroupFilter,
  type FailureGroupNotes,
  type FailureGroupState,
} from '../../application/ports/failures.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { listFailureGroups, STATE_NOW, type FailureGroupPage } from '../readers/failure-group-list.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { FOLD_FAILURE_COUNTS } from '../sql/failure-groups.js';
import { markApplied } from './applied-claims.js';
import { freeText } from './stored-text.js';

/** Hours whose counts are kept apart, for the trend. */
const TREND_MS = 25 * 3_600_000;

/** Whatever was said about a group, it counts only while it has an open failure. */
const COUNT_OPEN_GROUPS = `
  SELECT ${STATE_NOW('$1')} AS state, count(*) AS total FROM failure_group
  WHERE fingerprint IN (SELECT fingerprint FROM failure_count GROUP BY fingerprint HAVING sum(opened - settled) > 0) GROUP BY 1`;

/** Groups in `failure_group`; their counts in `failure_count`, written by the commit path. */
@Injectable()
export class PgFailureGroupStore extends FailureGroupStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  list(
    tenantId: string,
    filter: FailureGroupFilter,
    page: FailureGroupPage,
    now: Date,
  ): Promise<{ items: FailureGroup[]; totalRecords: number }> {
    return listFailureGroups(this.dataSource, tenantId, filter, page, now);
  }

  change(
    tenantId: string,
    groupId: string,
    { state, snoozedUntil, owner, note }: FailureGroupChange,
    by: string,
    now: Date,
    audit: (before: FailureGroupNotes, after: FailureGroupNotes) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<FailureGroupNotes | null> {
    return inTransaction(this.dataSource, async (manager) => {
      const [before] = await queryRows<FailureGroupNotes>(
        manager,
        `SELECT process_key AS "processKey", element_id AS "activityId", ${STATE_NOW('$3')} AS state, snoozed_until AS "snoozedUntil",
           owner, note
         FROM failure_group WHERE tenant_id = $1 AND fingerprint = $2 FOR UPDATE`,
        [tenantId, groupId, now],
      );
      if (!before) return null;
      const after: FailureGroupNotes = {
        ...before,
        state: state ?? before.state,
        snoozedUntil: snoozedUntil === undefined ? before.snoozedUntil : snoozedUntil,
        owner: owner === undefined ? before.owner : owner,
        note: note === undefined ? before.note : note,
      };
      await queryRows(
        manager,
        `UPDATE failure_group SET state = $2, snoozed_until = $3, owner = $4, note = $5, changed_at = $6, changed_by = $7
         WHERE fingerprint = $1`,
        [groupId, after.state, after.snoozedUntil, freeText(after.owner), freeText(after.note), now, freeText(by)],
      );
      await writeAudit(manager, [audit(before, after)]);
      await markApplied(manager, underClaim);
      return after;
    });
  }

  async countOpen(now: Date): Promise<Record<FailureGroupState, number>> {
    const rows = await queryRows<{ state: FailureGroupState; total: number }>(this.dataSource, COUNT_OPEN_GROUPS, [now]);
    const totals = Object.fromEntries(rows.map(({ state, total }) => [state, total]));
    return { open: 0, acknowledged: 0, snoozed: 0, ...totals };
  }

  async fold(before: Date): Promise<void> {
    await queryRows(this.dataSource, FOLD_FAILURE_COUNTS, [before, new Date(before.getTime() - TREND_MS)]);
  }
}
