import type { DataSource } from 'typeorm';
import type { ClaimedDelivery, DeliveryAttempt, FailedDelivery } from '../../application/ports/webhooks.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { CLAIM_DELIVERIES } from '../sql/webhook-deliveries.js';
import { freeText } from './stored-text.js';

/** What a claimed delivery is found by, unless another node has claimed it since. */
const MINE = 'webhook_id = $1::bigint AND entry_id = $2::bigint AND claimed_by = $3::integer AND attempt = $4::integer';

const mine = (node: number, { webhookId, entryId, attempt }: DeliveryAttempt) => [webhookId, entryId, node, attempt];

/** The part of the webhook store that the courier works with. On the pool of people's queries: events never hold up a commit. */
export class PgDeliveryClaims {
  constructor(protected readonly dataSource: DataSource) {}

  claim(node: number, now: Date, leaseMs: number, each: number, limit: number): Promise<ClaimedDelivery[]> {
    return queryRows(this.dataSource, CLAIM_DELIVERIES, [node, now, leaseMs, each, limit]);
  }

  async discard(node: number, delivery: DeliveryAttempt): Promise<void> {
    await queryRows(this.dataSource, `DELETE FROM webhook_delivery WHERE ${MINE}`, mine(node, delivery));
  }

  fail(node: number, delivery: DeliveryAttempt, failed: FailedDelivery, audit: AuditEntry | null): Promise<void> {
    const { status, error, at, dueAt } = failed;
    return inTransaction(this.dataSource, async (manager) => {
      const kept = await queryRows(
        manager,
        `WITH kept AS (
           UPDATE webhook_delivery SET claimed_by = NULL, claimed_until = NULL, last_status = $5, last_error = $6, last_attempt_at = $7,
             due_at = coalesce($8::timestamptz, due_at), state = CASE WHEN $8::timestamptz IS NULL THEN 'parked' ELSE state END
           WHERE ${MINE} RETURNING 1)
         SELECT * FROM kept`,
        [...mine(node, delivery), status, freeText(error), at, dueAt],
      );
      if (kept.length > 0 && audit) await writeAudit(manager, [audit]);
    });
  }

  async release(node: number): Promise<void> {
    await queryRows(
      this.dataSource,
      'UPDATE webhook_delivery SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = $1',
      [node],
    );
  }
}
