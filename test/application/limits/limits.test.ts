import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { permissionsOf } from '../../../src/application/access/roles.js';
import type { Caller } from '../../../src/application/caller.js';
import { GetLimitsQuery } from '../../../src/application/limits/get-limits/get-limits.command.js';
import { RemoveLimitCommand } from '../../../src/application/limits/remove-limit/remove-limit.command.js';
import { SetLimitCommand } from '../../../src/application/limits/set-limit/set-limit.command.js';
import { AuditStore } from '../../../src/application/ports/stores.js';
import { InvalidRequest } from '../../../src/application/requests/invalid-request.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';

let database: TestDatabase;
let app: ApplicationUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const operator = callerOf({ permissions: new Set(permissionsOf(['operator'])) });
async function limits(caller: Caller = operator, key?: string): Promise<readonly Record<string, unknown>[]> {
  const { data } = await app.ask(GetLimitsQuery, key === undefined ? {} : { key }, caller);
  return (data as { items: Record<string, unknown>[] }).items;
}

describe('limits', () => {
  test('are set, changed, listed and removed, with who and why in the trail', async () => {
    const set = { key: 'task:credit', maxConcurrent: 5, comment: 'as their contract says' };
    expect(await app.ask(SetLimitCommand, set, operator)).toMatchObject({ isSuccessful: true });
    await app.ask(SetLimitCommand, { key: 'task:credit', ratePerSecond: 0.5 }, operator);

    expect(await limits()).toEqual([
      {
        key: 'task:credit',
        maxConcurrent: null,
        ratePerSecond: 0.5,
        comment: null,
        setBy: 'olga',
        setAt: expect.any(String) as unknown,
        inUse: 0,
        waiting: 0,
      },
    ]);
    expect(await app.ask(RemoveLimitCommand, { key: 'task:credit' }, operator)).toMatchObject({ isSuccessful: true });
    expect(await app.ask(RemoveLimitCommand, { key: 'task:credit' }, operator)).toMatchObject({ statusCode: '404' });
    expect(await limits()).toEqual([]);
    const { items } = await app.get(AuditStore).query('acme', { action: ['SetLimit', 'RemoveLimit'] }, 10, null);
    expect(items.map(({ action, outcome, comment, detail }) => ({ action, outcome, comment, detail }))).toMatchObject([
      { action: 'RemoveLimit', outcome: 'refused' },
      { action: 'RemoveLimit', outcome: 'succeeded', detail: { key: 'task:credit' } },
      { action: 'SetLimit', outcome: 'succeeded', detail: { maxConcurrent: null, ratePerSecond: 0.5 } },
      { action: 'SetLimit', outcome: 'succeeded', comment: 'as their contract says', detail: { maxConcurrent: 5 } },
    ]);
  });

  test('belong to their tenant', async () => {
    await app.ask(SetLimitCommand, { key: 'task:mine', maxConcurrent: 1 }, operator);

    const other = callerOf({ tenantId: 'other', permissions: new Set(permissionsOf(['admin'])) });
    expect(await limits(other)).toEqual([]);
    expect(await app.ask(RemoveLimitCommand, { key: 'task:mine' }, other)).toMatchObject({ statusCode: '404' });
    expect(await limits(operator, 'task:mine')).toHaveLength(1);
  });

  test.each([
    ['https://Bureau.example:443/', 'https://bureau.example'],
    ['http://bureau:8080', 'http://bureau:8080'],
    ['task:camunda.mail', 'task:camunda.mail'],
  ])('on %s stand on %s, as attempts name it', async (given, key) => {
    const answer = await app.ask(SetLimitCommand, { key: given, maxConcurrent: 2 }, operator);

    expect(answer).toMatchObject({ isSuccessful: true, data: { key } });
    expect(await limits(operator, given)).toHaveLength(1);
  });

  test.each(['credit', 'task:', 'task:two words', 'https://bureau/path', 'https://bureau/?q=1', 'ftp://bureau', ''])(
    'cannot stand on %p',
    async (key) => {
      await expect(app.ask(SetLimitCommand, { key, maxConcurrent: 2 }, operator)).rejects.toThrow(InvalidRequest);
    },
  );

  test('limit something', async () => {
    await expect(app.ask(SetLimitCommand, { key: 'task:credit' }, operator)).rejects.toThrow(/maxConcurrent or ratePerSecond/);
  });

  test('are read by viewers and written by operators', () => {
    expect(permissionsOf(['viewer'])).toContain('limit:read');
    expect(permissionsOf(['viewer', 'worker', 'deployer'])).not.toContain('limit:write');
    expect(permissionsOf(['operator'])).toContain('limit:write');
  });
});
