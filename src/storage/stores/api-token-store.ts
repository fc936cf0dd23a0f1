import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiTokenStore, type ApiToken, type ClaimedKey } from '../../application/ports/stores.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { writeAudit } from '../audit/write-audit.js';
import { ApiTokenEntity } from '../entities/api-token.entity.js';
import { inTransaction, queryRows, translated } from '../readers/people-query.js';
import { markApplied } from './applied-claims.js';

type NewToken = Omit<ApiToken, 'id' | 'createdAt' | 'revokedAt'>;

/** API tokens in `api_token`. A token belongs to each of its tenants; any of them may revoke it. */
@Injectable()
export class PgApiTokenStore extends ApiTokenStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  insert(token: NewToken, hash: string, audit: (inserted: ApiToken) => AuditEntry): Promise<ApiToken> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.insert(ApiTokenEntity, { ...token, hash });
      const inserted = toToken(await manager.findOneByOrFail(ApiTokenEntity, { hash }));
      await writeAudit(manager, [audit(inserted)]);
      return inserted;
    });
  }

  async findByHash(hash: string): Promise<ApiToken | null> {
    const found = await translated(this.dataSource.manager.findOneBy(ApiTokenEntity, { hash }));
    return found && toToken(found);
  }

  async list(tenantId: string): Promise<ApiToken[]> {
    const found = await translated(
      this.dataSource.manager
        .createQueryBuilder(ApiTokenEntity, 'token')
        .where(':tenantId = ANY (token.tenants)', { tenantId })
        .orderBy('token.id')
        .getMany(),
    );
    return found.map(toToken);
  }

  revoke(tenantId: string, id: number, audit: AuditEntry, underClaim: ClaimedKey | null): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const revoked = await markRevoked(manager, tenantId, id);
      if (!revoked) return false;
      await writeAudit(manager, [audit]);
      await markApplied(manager, underClaim);
      return true;
    });
  }

  /** One that was revoked stays revoked. */
  async ensure(token: NewToken, hash: string): Promise<void> {
    await translated(
      this.dataSource.manager
        .createQueryBuilder()
        .insert()
        .into(ApiTokenEntity)
        .values({ ...token, hash })
        .orIgnore()
        .execute(),
    );
  }
}

async function markRevoked(manager: EntityManager, tenantId: string, id: number): Promise<boolean> {
  const revoked = await queryRows<{ id: number }>(
    manager,
    `WITH revoked AS (
       UPDATE api_token SET revoked_at = now()
       WHERE id = $1 AND $2::text = ANY (tenants) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
       RETURNING id)
     SELECT id FROM revoked`,
    [id, tenantId],
  );
  return revoked.length > 0;
}

/** Without the hash, which nobody outside needs. */
function toToken(entity: ApiTokenEntity): ApiToken {
  const { id, name, tenants, roles, permissions, createdAt, createdBy, expiresAt, revokedAt } = entity;
  return { id, name, tenants, roles, permissions, createdAt, createdBy, expiresAt, revokedAt };
}
