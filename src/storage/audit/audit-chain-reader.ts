import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditChain, type ProofPart } from '../../application/ports/audit-chain.js';
import type { AuditFilter } from '../../application/ports/stores.js';
import type { VouchedSeal } from '../../audit-proof/checkpoint.js';
import { queryRows } from '../readers/people-query.js';
import { proveChain } from './prove-chain.js';
import { sealEntries } from './seal-entries.js';

const NEWEST_SEAL = `
  SELECT tenant_id AS "tenantId", seal_no AS "sealNo", hash, last_entry_id::text AS "lastEntryId"
  FROM audit_seal WHERE tenant_id = $1 ORDER BY seal_no DESC LIMIT 1`;

/** Behind the newest position that any chain has: all before it is sealed. */
const UNSEALED = `
  WITH sealed AS (
    SELECT last_xact_id, last_entry_id FROM audit_chain_head ORDER BY last_xact_id DESC, last_entry_id DESC LIMIT 1)
  SELECT count(*)::integer AS count FROM audit_entry
  WHERE tenant_id = $1
    AND (xact_id, id) > (coalesce((SELECT last_xact_id FROM sealed), 0), coalesce((SELECT last_entry_id FROM sealed), 0))`;

/** The sealed trail in `audit_seal`. */
@Injectable()
export class PgAuditChain extends AuditChain {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async newestSeal(tenantId: string): Promise<VouchedSeal | null> {
    await sealEntries(this.dataSource);
    const [seal] = await queryRows<VouchedSeal>(this.dataSource, NEWEST_SEAL, [tenantId]);
    return seal ?? null;
  }

  async countUnsealed(tenantId: string): Promise<number> {
    const [row] = await queryRows<{ count: number }>(this.dataSource, UNSEALED, [tenantId]);
    return row?.count ?? 0;
  }

  prove(tenantId: string, upTo: VouchedSeal, filter: AuditFilter | null): AsyncIterable<ProofPart> {
    return proveChain(this.dataSource, tenantId, upTo, filter);
  }
}
