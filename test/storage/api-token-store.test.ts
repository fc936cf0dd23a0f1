import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { ApiToken } from '../../src/application/ports/stores.js';
import { PgApiTokenStore } from '../../src/storage/stores/api-token-store.js';
import { auditEntry } from './audit-entry.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();
let store: PgApiTokenStore;

beforeAll(() => {
  store = new PgApiTokenStore(database.dataSource);
});

function newHash(): string {
  return createHash('sha256').update(randomBytes(16)).digest('hex');
}

function newToken(fields: Partial<ApiToken> = {}) {
  return {
    name: 'ci',
    tenants: ['acme', 'globex'],
    roles: ['operator'],
    permissions: ['instances:retry', 'odd,"{}'],
    createdBy: 'alice',
    expiresAt: null,
    ...fields,
  };
}

function audited(token: ApiToken) {
  return auditEntry({ tenantId: 'acme', action: 'CreateApiToken', detail: { tokenId: token.id } });
}

async function auditOf(action: string): Promise<unknown[]> {
  return database.dataSource.query('SELECT detail FROM audit_entry WHERE action = $1', [action]);
}

describe('a token', () => {
  it('is found by the hash of its secret, as it was inserted', async () => {
    const hash = newHash();
    const inserted = await store.insert(newToken({ expiresAt: new Date('2030-01-01T00:00:00Z') }), hash, audited);

    expect(await store.findByHash(hash)).toEqual(inserted);
    expect(inserted).toEqual({
      ...newToken({ expiresAt: new Date('2030-01-01T00:00:00Z') }),
      id: expect.any(Number),
      createdAt: expect.any(Date),
      revokedAt: null,
    });
    expect(await store.findByHash(newHash())).toBeNull();
  });

  it('is written together with its audit entry', async () => {
    const { id } = await store.insert(newToken(), newHash(), audited);

    expect(await auditOf('CreateApiToken')).toContainEqual({ detail: { tokenId: id } });
  });

  it('is not written where its audit entry cannot be', async () => {
    const hash = newHash();
    const refused = store.insert(newToken(), hash, () => {
      throw new TypeError('no entry');
    });

    await expect(refused).rejects.toThrow(TypeError);
    expect(await store.findByHash(hash)).toBeNull();
  });

  it('is listed in each of its tenants and in no other', async () => {
    const { id } = await store.insert(newToken({ tenants: ['first', 'second'] }), newHash(), audited);

    expect((await store.list('first')).map((token) => token.id)).toEqual([id]);
    expect((await store.list('second')).map((token) => token.id)).toEqual([id]);
    expect(await store.list('third')).toEqual([]);
  });
});

describe('revoking', () => {
  const audit = (action: string) => auditEntry({ tenantId: 'acme', action, detail: {} });

  it('is done once, and written together with its audit entry', async () => {
    const hash = newHash();
    const { id } = await store.insert(newToken(), hash, audited);

    expect(await store.revoke('acme', id, audit('RevokedOnce'), null)).toBe(true);
    expect(await store.revoke('acme', id, audit('RevokedTwice'), null)).toBe(false);

    expect((await store.findByHash(hash))?.revokedAt).toBeInstanceOf(Date);
    expect(await auditOf('RevokedOnce')).toHaveLength(1);
    expect(await auditOf('RevokedTwice')).toEqual([]);
  });

  it.each([
    ['of another tenant', newToken({ tenants: ['globex'] })],
    ['that has expired', newToken({ expiresAt: new Date('2020-01-01T00:00:00Z') })],
  ])('does nothing to a token %s', async (_name, token) => {
    const hash = newHash();
    const { id } = await store.insert(token, hash, audited);

    expect(await store.revoke('acme', id, audit('RevokedNever'), null)).toBe(false);
    expect((await store.findByHash(hash))?.revokedAt).toBeNull();
    expect(await auditOf('RevokedNever')).toEqual([]);
  });
});

describe('the bootstrap token', () => {
  it('is there once, however often it is ensured', async () => {
    const hash = newHash();
    const token = newToken({ tenants: ['bootstrap'] });
    await Promise.all([store.ensure(token, hash), store.ensure(token, hash)]);
    await store.ensure({ ...token, name: 'renamed' }, hash);

    expect(await store.list('bootstrap')).toMatchObject([{ name: 'ci', createdBy: 'alice' }]);
  });
});
