import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { httpTask, sequence, userTask } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { until } from './support/until.js';

jest.setTimeout(90_000);

const INSTANCES = 240;
let database: TestDatabase;
let service: TestService;
let nodes: [ProcessServer, ProcessServer];

beforeAll(async () => {
  [database, service] = await Promise.all([createTestDatabase(), new TestService().start()]);
  nodes = await Promise.all([ProcessServer.start(database.url), ProcessServer.start(database.url)]);
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.kill()));
  await service.stop();
  await database.drop();
});

async function startMany(admin: ApiClient, key: string): Promise<string[]> {
  await admin.deploy(sequence(key, httpTask('Check', 'Check credit'), userTask('Approve', 'Approve')));
  const guids: string[] = [];
  for (let i = 0; i < INSTANCES; i += 40)
    guids.push(...(await Promise.all(Array.from({ length: 40 }, () => admin.start(key, { serviceUrl: service.url })))));
  return guids;
}

async function entries(admin: ApiClient, action: string): Promise<readonly Data[]> {
  const all: Data[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await admin.cmd('GetAuditTrailQuery', { action: [action], pageSize: 100, ...(cursor && { cursor }) });
    all.push(...(field(page, 'items') as readonly Data[]));
    cursor = field(page, 'nextCursor') as string | null;
  }
  return all;
}

async function nodeThatRuns(batchId: string): Promise<ProcessServer> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const text = 'SELECT pid FROM batch JOIN server_node ON node = owner_node WHERE id = $1';
    const { rows } = await client.query<{ pid: number }>(text, [batchId]);
    const found = nodes.find(({ process }) => process.pid === rows[0]?.pid);
    if (!found) throw new Error(`Expected a node to run the batch, but: ${JSON.stringify(rows)}`);
    return found;
  } finally {
    await client.end();
  }
}

const sum = (answer: WireAnswer): number =>
  Object.values(field(answer, 'counts') as Record<string, number>).reduce((total, count) => total + count, 0);

it('goes on where it was when the server that runs it is killed: no item twice, none forgotten, the counts add up', async () => {
  service.answers(failing());
  const guids = await startMany(nodes[0].admin, 'killed');
  service.answers(succeeding());
  const before = service.calls.length;
  const kind = { kind: 'retry', filter: { processKey: 'killed' }, concurrency: 8, ratePerSecond: 150, reason: 'back' };
  const started = await nodes[0].admin.cmd('StartBatchCommand', kind);
  const batchId = field(started, 'batchId');
  await service.hasCalls(before + INSTANCES / 4);

  const runner = await nodeThatRuns(String(batchId));
  const [survivor] = nodes.filter((node) => node !== runner) as [ProcessServer];
  await runner.kill();
  const { admin } = survivor;
  const result = await until(
    () => admin.cmd('GetBatchQuery', { batchId }),
    (now) => field(now, 'status') === 'completed',
  );

  expect(sum(result)).toBe(INSTANCES);
  expect(field(result, 'counts')).toMatchObject({ recovered: INSTANCES, pending: 0, running: 0 });
  const retries = await entries(admin, 'RetryFailedTask');
  expect(retries).toHaveLength(INSTANCES);
  expect(new Set(retries.map(({ instanceGuid }) => instanceGuid))).toEqual(new Set(guids));
  expect(new Set(retries.map(({ detail }) => (detail as Data)['item'])).size).toBe(INSTANCES);
  expect(
    field(await admin.cmd('GetProcessInstanceListQuery', { processKey: 'killed', status: ['waiting'] }), 'totalRecords'),
  ).toBe(INSTANCES);
  expect(field(await admin.cmd('GetFailureGroupsQuery'), 'items')).toEqual([]);
  expect(await admin.cmd('VerifyAuditTrailQuery')).toMatchObject({ data: { valid: true } });
});
