import type { WebhookStore } from '../../application/ports/webhooks.js';
import {
  type DeliveryState,
  type EventSelection,
  type Webhook,
  type WebhookDelivery,
  type WebhookOverview,
} from '../../application/ports/webhooks.js';
import type { ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import { SqlCondition } from '../readers/sql-condition.js';
import { readHorizon, readTail } from '../readers/trail-tail.js';
import { INSERT_DELIVERIES, LIST_WEBHOOKS, WEBHOOKS_BEHIND } from '../sql/webhook-deliveries.js';
import { markApplied } from './applied-claims.js';
import { PgDeliveryClaims } from './delivery-claims.js';
import { freeText } from './stored-text.js';

const COLUMNS = `id, tenant_id AS "tenantId", url, events, comment, is_active AS "isActive", created_by AS "createdBy",
  created_at AS "createdAt"`;

interface Positioned {
  readonly tenant_id: string;
  readonly events: readonly string[];
  readonly xact_id: string;
  readonly entry_id: string;
}

/** Webhooks in `webhook`, what they have not received in `webhook_delivery`. */
export class PgWebhookStore extends PgDeliveryClaims implements WebhookStore {
  insert(
    webhook: Webhook & { readonly secret: string },
    most: number,
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<boolean> {
    const { id, tenantId, url, events, secret, comment, isActive, createdBy, createdAt } = webhook;
    return inTransaction(this.dataSource, async (manager) => {
      const { xactId, entryId } = await readHorizon(manager);
      const inserted = await queryRows(
        manager,
        `INSERT INTO webhook (id, tenant_id, url, events, secret, comment, is_active, position_xact_id, position_entry_id, created_by,
           created_at)
         SELECT $1::bigint, $2::text, $3::text, $4::json, $5::text, $6::text, $7::boolean, $8::bigint, $9::bigint, $10::text,
           $11::timestamptz
         WHERE (SELECT count(*) FROM webhook WHERE tenant_id = $2::text) < $12::integer RETURNING id`,
        [
          id,
          tenantId,
          url,
          JSON.stringify(events),
          secret,
          freeText(comment),
          isActive,
          xactId,
          entryId,
          freeText(createdBy),
          createdAt,
          most,
        ],
      );
      if (inserted.length === 0) return false;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return true;
    });
  }

  update(
    tenantId: string,
    id: number,
    { url, events, isActive, comment }: Partial<Pick<Webhook, 'url' | 'events' | 'isActive'>> & { readonly comment?: string },
    audit: AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<Webhook | null> {
    return inTransaction(this.dataSource, async (manager) => {
      const [updated] = await queryRows<Webhook>(
        manager,
        `WITH updated AS (
           UPDATE webhook SET url = coalesce($3, url), events = coalesce($4::json, events), is_active = coalesce($5, is_active),
             comment = coalesce($6, comment)
           WHERE tenant_id = $1 AND id = $2 RETURNING *)
         SELECT ${COLUMNS} FROM updated`,
        [tenantId, id, url ?? null, events ? JSON.stringify(events) : null, isActive ?? null, freeText(comment ?? null)],
      );
      if (!updated) return null;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return updated;
    });
  }

  remove(tenantId: string, id: number, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const gone = await queryRows(
        manager,
        'WITH gone AS (DELETE FROM webhook WHERE tenant_id = $1 AND id = $2 RETURNING 1) SELECT * FROM gone',
        [tenantId, id],
      );
      if (gone.length === 0) return false;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return true;
    });
  }

  list(tenantId: string): Promise<WebhookOverview[]> {
    return queryRows(this.dataSource, LIST_WEBHOOKS, [tenantId]);
  }

  async deliveries(
    tenantId: string,
    { webhookId, state }: { readonly webhookId: number; readonly state?: DeliveryState | undefined },
    { pageNumber, pageSize }: { readonly pageNumber: number; readonly pageSize: number },
  ): Promise<{ items: WebhookDelivery[]; totalRecords: number }> {
    const condition = new SqlCondition();
    condition.andEquals('tenant_id', tenantId);
    condition.andEquals('webhook_id', webhookId);
    condition.andEquals('state', state);
    const limit = condition.bind(pageSize);
    const offset = condition.bind((pageNumber - 1) * pageSize);
    const rows = await queryRows<WebhookDelivery & { readonly total: number }>(
      this.dataSource,
      `SELECT webhook_id AS "webhookId", entry_id AS "entryId", event, attempt, state, due_at AS "dueAt", last_status AS "lastStatus",
         last_error AS "lastError", last_attempt_at AS "lastAttemptAt", created_at AS "createdAt", count(*) OVER () AS total
       FROM webhook_delivery WHERE ${condition.text} ORDER BY entry_id LIMIT ${limit} OFFSET ${offset}`,
      condition.parameters,
    );
    return { items: rows, totalRecords: rows[0]?.total ?? 0 };
  }

  retryParked(
    tenantId: string,
    webhookId: number,
    now: Date,
    audit: (released: number) => AuditEntry,
    underClaim: ClaimedKey | null,
  ): Promise<number | null> {
    return inTransaction(this.dataSource, async (manager) => {
      const known = await queryRows(manager, 'SELECT FROM webhook WHERE tenant_id = $1 AND id = $2 FOR SHARE', [
        tenantId,
        webhookId,
      ]);
      if (known.length === 0) return null;
      const [row] = await queryRows<{ released: number }>(
        manager,
        `WITH released AS (
           UPDATE webhook_delivery SET state = 'pending', attempt = 0, due_at = $2, queued_at = $2
           WHERE webhook_id = $1 AND state = 'parked' RETURNING 1)
         SELECT count(*) AS released FROM released`,
        [webhookId, now],
      );
      const released = row?.released ?? 0;
      await writeAudit(manager, [audit(released)]);
      await markApplied(manager, underClaim);
      return released;
    });
  }

  async counts(): Promise<Record<DeliveryState, number>> {
    const [row] = await queryRows<Record<DeliveryState, number>>(
      this.dataSource,
      `SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'parked') AS parked
       FROM webhook_delivery`,
      [],
    );
    return row ?? { pending: 0, parked: 0 };
  }

  async behind(): Promise<number[]> {
    return (await queryRows<{ id: number }>(this.dataSource, WEBHOOKS_BEHIND, [])).map(({ id }) => id);
  }

  dispatch(id: number, select: EventSelection, now: Date): Promise<{ queued: number; hasMore: boolean }> {
    return inTransaction(this.dataSource, async (manager) => {
      const [webhook] = await queryRows<Positioned>(
        manager,
        `SELECT tenant_id, events, position_xact_id::text AS xact_id, position_entry_id::text AS entry_id
         FROM webhook WHERE id = $1 AND is_active FOR UPDATE SKIP LOCKED`,
        [id],
      );
      if (!webhook) return { queued: 0, hasMore: false };
      const { tenant_id: tenantId, events, xact_id: xactId, entry_id: entryId } = webhook;
      const page = await readTail(manager, tenantId, { xactId, entryId }, select.actionsFor(events));
      const told = page.entries.flatMap(({ entry }) => {
        const message = select.messageOf(entry, events);
        return message ? [{ id: entry.id, ...message }] : [];
      });
      await queryRows(manager, INSERT_DELIVERIES, [
        id,
        tenantId,
        told.map((each) => each.id),
        told.map((each) => each.event),
        told.map((each) => each.body),
        now,
      ]);
      await queryRows(manager, 'UPDATE webhook SET position_xact_id = $2, position_entry_id = $3 WHERE id = $1', [
        id,
        page.next.xactId,
        page.next.entryId,
      ]);
      return { queued: told.length, hasMore: page.hasMore };
    });
  }
}
