import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TrailTail, type TrailPosition } from '../../application/ports/trail-tail.js';
import { queryRows } from './people-query.js';
import { HORIZON, readHorizon, readTail, type TailPage } from './trail-tail.js';

/** By `audit_entry_position` alone: no entry itself is read. */
const CHANGED_TENANTS = `
  WITH reached AS MATERIALIZED (${HORIZON})
  SELECT reached.horizon, changed.tenant_id FROM reached LEFT JOIN LATERAL (
    SELECT DISTINCT tenant_id FROM audit_entry
    WHERE (xact_id, id) > ($1::bigint, $2::bigint) AND xact_id < reached.horizon::bigint) AS changed ON true`;

/** The trail's end as streams follow it. */
@Injectable()
export class PgTrailTail extends TrailTail {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  horizon(): Promise<TrailPosition> {
    return readHorizon(this.dataSource);
  }

  async changedAfter(after: TrailPosition): Promise<{ tenants: string[]; next: TrailPosition }> {
    const rows = await queryRows<{ horizon: string; tenant_id: string | null }>(this.dataSource, CHANGED_TENANTS, [
      after.xactId,
      after.entryId,
    ]);
    const tenants = rows.flatMap(({ tenant_id: tenantId }) => (tenantId === null ? [] : [tenantId]));
    return { tenants, next: { xactId: rows[0]?.horizon ?? after.xactId, entryId: '0' } };
  }

  read(tenantId: string, after: TrailPosition, actions: readonly string[]): Promise<TailPage> {
    return readTail(this.dataSource, tenantId, after, actions);
  }
}
