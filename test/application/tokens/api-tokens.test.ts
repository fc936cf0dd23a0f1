import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { permissionsOf } from '../../../src/application/access/roles.js';
import { TokenLookup } from '../../../src/application/access/token-lookup.js';
import { ApiTokenStore, AuditStore } from '../../../src/application/ports/stores.js';
import { InvalidRequest } from '../../../src/application/requests/invalid-request.js';
import { CreateApiTokenCommand } from '../../../src/application/tokens/create-api-token/create-api-token.command.js';
import { ListApiTokensQuery } from '../../../src/application/tokens/list-api-tokens/list-api-tokens.command.js';
import { RevokeApiTokenCommand } from '../../../src/application/tokens/revoke-api-token/revoke-api-token.command.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';

let database: TestDatabase;
let app: ApplicationUnderTest;
const admin = callerOf({ permissions: new Set(permissionsOf(['admin'])) });

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

describe('API tokens', () => {
  test('the secret is shown once and kept as a hash only, the trail included', async () => {
    const answer = await app.ask(CreateApiTokenCommand, { name: 'robot', roles: ['operator'] }, admin);
    const { token, id } = answer.data as { token: string; id: number };
    expect(answer.isSuccessful).toBe(true);
    expect(token).toMatch(/^rp_[A-Za-z0-9_-]{43}$/);
    const stored = await app.get(ApiTokenStore).findByHash(createHash('sha256').update(token).digest('hex'));
    expect(stored).toMatchObject({ id, name: 'robot', tenants: ['acme'], roles: ['operator'], createdBy: 'olga' });
    const list = await app.ask(ListApiTokensQuery, {}, admin);
    const { items } = await app.get(AuditStore).query('acme', {}, 10, null);
    expect(items[0]).toMatchObject({ action: 'CreateApiToken', outcome: 'succeeded', detail: { tokenId: id } });
    expect(JSON.stringify([list, items, stored])).not.toContain(token);
  });

  test('a revoked token is no token, from the same moment on', async () => {
    const created = await app.ask(CreateApiTokenCommand, { name: 'short', roles: ['viewer'] }, admin);
    const { token, id } = created.data as { token: string; id: number };
    expect(await app.get(TokenLookup).find(token)).toMatchObject({ id });
    expect(await app.ask(RevokeApiTokenCommand, { id }, admin)).toMatchObject({ isSuccessful: true, data: { id } });
    expect(await app.get(TokenLookup).find(token)).toBeNull();
    expect(await app.ask(RevokeApiTokenCommand, { id }, admin)).toMatchObject({ isSuccessful: false, statusCode: '404' });
    const shown = await app.ask(ListApiTokensQuery, { includeRevoked: true }, admin);
    expect(
      (shown.data as { items: { id: number; revokedAt: string | null }[] }).items.find((each) => each.id === id)?.revokedAt,
    ).not.toBeNull();
  });

  test('another tenant neither sees nor revokes it', async () => {
    const created = await app.ask(CreateApiTokenCommand, { name: 'ours', roles: ['viewer'] }, admin);
    const { id } = created.data as { id: number };
    const rival = callerOf({ tenantId: 'rival' });
    expect(await app.ask(ListApiTokensQuery, {}, rival)).toMatchObject({ data: { items: [] } });
    expect(await app.ask(RevokeApiTokenCommand, { id }, rival)).toMatchObject({ isSuccessful: false, statusCode: '404' });
  });

  test.each([
    ['a permission', { permissions: ['task:retry'] }, { missingPermissions: ['task:retry'] }],
    ['a role that holds more', { roles: ['worker'] }, { missingPermissions: ['instance:signal', 'job:work', 'message:publish'] }],
    ['everything', { permissions: ['*'] }, { missingPermissions: ['*'] }],
    ['another tenant', { roles: ['viewer'], tenants: ['acme', 'rival'] }, { foreignTenants: ['rival'] }],
  ])('nobody gives what he has not: %s', async (_, wanted, data) => {
    const caller = callerOf({ permissions: new Set([...permissionsOf(['viewer']), 'token:write']) });
    const answer = await app.ask(CreateApiTokenCommand, { name: 'greedy', ...wanted }, caller);
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '99', data });
    const [entry] = (await app.get(AuditStore).query('acme', {}, 1, null)).items;
    expect(entry).toMatchObject({ action: 'CreateApiToken', outcome: 'refused' });
  });

  test('the server operator may give access to any tenant', async () => {
    const answer = await app.ask(CreateApiTokenCommand, { name: 'all', permissions: ['*'], tenants: ['acme', 'rival'] });
    expect(answer).toMatchObject({ isSuccessful: true, data: { tenants: ['acme', 'rival'] } });
  });

  test.each([
    ['without rights', {}],
    ['with a permission that does not exist', { permissions: ['task:retyr'] }],
    ['that has ended already', { roles: ['viewer'], expiresAt: '2001-01-01' }],
  ])('a token %s is a malformed request', async (_, wanted) => {
    await expect(app.ask(CreateApiTokenCommand, { name: 'odd', ...wanted }, admin)).rejects.toThrow(InvalidRequest);
  });
});
