import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ApiClient, field, type Data } from '../e2e/support/api-client.js';
import { handlerTask, sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

let server: TestServer;
let olga: ApiClient;
let failing: string;
let waiting: string;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET });
  olga = await clientOf('acme', 'olga');
  await olga.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  await olga.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
  failing = await olga.start('failing');
  await olga.cmd('RetryFailedTask', { instanceGuid: failing, comment: 'Bureau says it is UP again' });
  waiting = await olga.start('waiting');
  const peter = await clientOf('acme', 'peter');
  await peter.cmd('RetryFailedTask', { instanceGuid: waiting });
  await peter.cmd('CancelProcessInstance', { instanceGuid: waiting, cancelledBy: 'the boss' });
});

afterAll(async () => {
  await server?.close();
});

async function clientOf(tenant: string, sub: string): Promise<ApiClient> {
  return new ApiClient(server.url, await signToken({ sub, tenant }), tenant);
}

async function actionsOf(filter: object): Promise<string[]> {
  const items = field(await olga.cmd('GetAuditTrail', filter), 'items') as Data[];
  return items.map(({ action, outcome }) => `${String(action)} ${String(outcome)}`);
}

describe('the trail', () => {
  const ofWaiting = ['CancelProcessInstance succeeded', 'RetryFailedTask refused', 'StartProcessInstance succeeded'];

  it.each([
    ['instance', () => ({ instanceGuid: waiting }), ofWaiting],
    ['instance, by another name', () => ({ processInstanceId: waiting }), ofWaiting],
    ['actor', () => ({ actor: 'peter' }), ['CancelProcessInstance succeeded', 'RetryFailedTask refused']],
    ['claimed actor', () => ({ actor: 'the boss' }), ['CancelProcessInstance succeeded']],
    ['action', () => ({ action: ['CancelProcessInstance'] }), ['CancelProcessInstance succeeded']],
    ["action, by the command's name", () => ({ action: 'CancelProcessInstanceCommand' }), ['CancelProcessInstance succeeded']],
    ['outcome', () => ({ outcome: 'refused' }), ['RetryFailedTask refused']],
    ['task', () => ({ taskId: 'Task_Fail', action: ['RetryFailedTask'] }), ['RetryFailedTask succeeded']],
    ['process', () => ({ processKey: 'waiting' }), [...ofWaiting, 'CreateProcessDefinition succeeded']],
    ['text', () => ({ text: 'bureau says it is up' }), ['RetryFailedTask succeeded']],
    ['text that is no pattern', () => ({ text: '%' }), []],
    ['an end in the past', () => ({ to: '2020-01-01' }), []],
    ['a start in the future', () => ({ from: '2100-01-01T00:00:00Z' }), []],
    ['a time span', () => ({ from: '2020-01-01', to: '2100-01-01', instanceGuid: waiting }), ofWaiting],
    ['several at once', () => ({ actor: 'peter', outcome: 'succeeded' }), ['CancelProcessInstance succeeded']],
  ])('is filtered by %s, newest first', async (_what, filter, expected) => {
    expect(await actionsOf(filter())).toEqual(expected);
  });

  it.each([
    { outcome: 'maybe' },
    { from: 'yesterday' },
    { pageSize: 0 },
    { pageSize: 1_001 },
    { cursor: 'made up' },
    { who: 'me' },
  ])('refuses the filter %j with 400', async (filter) => {
    expect(await olga.cmd('GetAuditTrail', filter)).toMatchObject({ httpStatus: 400, statusCode: '40' });
  });

  it('is read page by page with a cursor, each entry once', async () => {
    const all = (field(await olga.cmd('GetAuditTrail'), 'items') as Data[]).map(({ id }) => id);
    const seen: unknown[] = [];
    let cursor: unknown = null;
    do {
      const page = await olga.cmd('GetAuditTrail', { pageSize: 2, cursor });
      seen.push(...(field(page, 'items') as Data[]).map(({ id }) => id));
      cursor = field(page, 'nextCursor');
    } while (cursor !== null);
    expect(seen).toEqual(all);
    expect(all.length).toBeGreaterThan(6);
  });

  it('is invisible to other tenants, whose own trail is apart', async () => {
    const rival = await clientOf('rival', 'rita');
    await rival.deploy(sequence('theirs', userTask('A', 'A')));
    const items = field(await rival.cmd('GetAuditTrail', {}), 'items') as Data[];
    expect(items.map(({ tenantId, action }) => [tenantId, action])).toEqual([['rival', 'CreateProcessDefinition']]);
    expect(field(await rival.cmd('GetAuditTrail', { instanceGuid: waiting }), 'items')).toEqual([]);
    expect(field(await rival.cmd('GetActivities', { entity: 'ProcessInstance', entityId: waiting }), 'activities')).toEqual([]);
    expect((await rival.raw('/api/core/audit', { accept: 'application/x-ndjson' })).text.trim().split('\n')).toHaveLength(1);
  });
});

describe('activities', () => {
  it('are the same data in the shape of the activities query', async () => {
    const answer = await olga.cmd('GetActivitiesQuery', { entity: 'ProcessInstance', encodedKey: waiting, pageSize: 2 });
    expect(answer).toMatchObject({ isSuccessful: true, message: 'Activities retrieved successfully', statusCode: '00' });
    expect(answer.data).toEqual({
      activities: [
        {
          Id: expect.any(Number),
          CreationDate: expect.any(String),
          UserName: 'the boss',
          UserKey: 'peter',
          Action: 'CancelProcessInstance',
          ActivityDescription: expect.stringContaining('CancelProcessInstance'),
          AffectedItemType: 'ProcessInstance',
          AffectedItemName: 'waiting',
          AffectedItemId: waiting,
        },
        expect.objectContaining({ UserName: 'peter', UserKey: 'peter', Action: 'RetryFailedTask' }),
      ],
      totalRows: 3,
      totalPages: 2,
      currentPage: 1,
      pageSize: 2,
    });
  });

  it.each([
    [{ entity: 'User', entityId: 'peter' }, 2],
    [{ entity: 'ProcessDefinition', entityId: 'waiting' }, 4],
    [{ searchText: 'BUREAU' }, 1],
    [{ endDate: '2020-01-01' }, 0],
    [{ entity: 'ProcessInstance', entityId: 'unknown' }, 0],
  ])('are filtered by %j', async (data, totalRows) => {
    expect((await olga.cmd('GetActivities', data)).data).toMatchObject({ totalRows });
  });

  it.each([{ entity: 'User' }, { entity: 'Spaceship', entityId: 1 }, { pageNumber: 0 }])('refuse %j with 400', async (data) => {
    expect(await olga.cmd('GetActivities', data)).toMatchObject({ httpStatus: 400, statusCode: '40' });
  });
});

describe('the database itself', () => {
  it.each([
    'UPDATE audit_entry SET comment = NULL',
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    'UPDATE audit_seal SET hash = hash',
    'DELETE FROM audit_seal',
    'TRUNCATE audit_seal',
  ])('refuses %s', async (statement) => {
    await olga.cmd('VerifyAuditTrail');
    await expect(onDatabase(statement, false)).rejects.toThrow(/audit/);
  });
});

/** `isForced`: past the triggers, as only a superuser can. */
async function onDatabase(statement: string, isForced: boolean, ...parameters: unknown[]): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    if (isForced) await client.query('SET session_replication_role = replica');
    return await client.query(statement, parameters);
  } finally {
    await client.end();
  }
}

describe('verification', () => {
  /** A tenant's client and the ids of its entries, oldest first, all of them sealed. */
  async function sealedTrail(tenant: string): Promise<[ApiClient, number[]]> {
    const client = await clientOf(tenant, 'olga');
    for (const key of ['a', 'b', 'c']) await client.deploy(sequence(key, userTask('A', 'A')));
    const items = field(await client.cmd('GetAuditTrail'), 'items') as Data[];
    const ids = items.map(({ id }) => Number(id)).sort((a, b) => a - b);
    // A transaction in any other database of the server may delay the seal.
    while (field(await client.cmd('VerifyAuditTrail'), 'sealedUpTo') !== ids.at(-1))
      await new Promise((resolve) => setTimeout(resolve, 20));
    return [client, ids];
  }

  it('finds an untouched trail intact', async () => {
    const [client, ids] = await sealedTrail('intact');
    expect(await client.cmd('VerifyAuditTrailQuery')).toMatchObject({
      isSuccessful: true,
      message: 'The audit trail is intact.',
      data: { valid: true, checkedEntries: 3, sealedUpTo: ids.at(-1), firstInvalid: null },
    });
  });

  it.each([
    ['altered', 'UPDATE audit_entry SET comment = $2 WHERE id = $1', ['forged']],
    ['removed', 'DELETE FROM audit_entry WHERE id = $1', []],
  ])('names the entry that was %s', async (what, statement, parameters) => {
    const [client, ids] = await sealedTrail(`tenant-${what}`);
    expect((await onDatabase(statement, true, ids[1], ...parameters)).rowCount).toBe(1);
    const answer = await client.cmd('VerifyAuditTrail');
    expect(answer.data).toMatchObject({ valid: false, firstInvalid: { id: ids[1], reason: expect.stringContaining(what) } });
    expect(answer.message).toContain(`entry ${ids[1] ?? ''}`);
    expect((await olga.cmd('VerifyAuditTrail')).data).toMatchObject({ valid: true });
  });
});
