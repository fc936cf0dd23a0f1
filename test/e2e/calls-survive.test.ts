import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type ApiClient, type Data } from './support/api-client.js';
import { httpTask, properties, sequence, userTask, type Element } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { until } from './support/until.js';

// Processes are started and killed, beside other work on the machine.
jest.setTimeout(90_000);

let database: TestDatabase;
let service: TestService;
let servers: ProcessServer[];

const call = (processKey: string, more: Readonly<Record<string, string>> = {}): Element => ({
  id: 'Call',
  xml: `<bpmn:callActivity id="Call" name="Call" calledElement="${processKey}">${properties(more)}</bpmn:callActivity>`,
});

async function startServer(env: Readonly<Record<string, string>> = {}): Promise<ProcessServer> {
  const server = await ProcessServer.start(database.url, env);
  servers.push(server);
  return server;
}

async function sql<Row extends pg.QueryResultRow>(text: string, ...values: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function deploy(admin: ApiClient): Promise<void> {
  await admin.deploy(sequence('child', httpTask('Fetch', 'Fetch')));
  await admin.deploy(sequence('parent', call('child'), httpTask('After', 'After')));
  await admin.deploy(sequence('asking-child', userTask('Ask', 'Ask')));
  await admin.deploy(sequence('asking', call('asking-child')));
  await admin.deploy(sequence('again', call('child', { Retries: '2', retryBackoff: '1000' })));
}

beforeAll(async () => {
  service = await new TestService().start();
});

afterAll(() => service.stop());

beforeEach(async () => {
  servers = [];
  database = await createTestDatabase();
  service.calls.length = 0;
  service.answers(succeeding());
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await database.drop();
});

describe('a server that is killed', () => {
  it('at any moment under load: every parent has one child, and goes on when that has completed', async () => {
    const first = await startServer();
    await deploy(first.admin);
    const acknowledged: string[] = [];
    const load = Array.from({ length: 8 }, async (_, client) => {
      for (let i = 0; ; i++) {
        const guid = `load-${client}-${i}`;
        const variables = { serviceUrl: service.url };
        const answer = await first.admin.cmd('StartProcessInstanceCommand', {
          processKey: 'parent',
          instanceGuid: guid,
          variables,
          waitMs: 0,
        });
        if (answer.isSuccessful) acknowledged.push(guid);
      }
    });
    const ended = Promise.allSettled(load);
    await service.hasCalls(100);
    await first.kill();
    await ended;
    expect(acknowledged.length).toBeGreaterThan(20);

    const second = await startServer();
    for (const guid of acknowledged) {
      const state = await second.admin.reaches(guid, 'completed');
      expect(field(state, 'state.completedTasks')).toEqual(['StartEvent', 'Call', 'After', 'EndEvent']);
      expect((field(state, 'children') as Data[]).map((child) => [child['instanceGuid'], child['status']])).toEqual([
        [`${guid}~2`, 'completed'],
      ]);
    }
    // What the dead server had claimed is free when its claim has run out.
    await until(
      () => sql('SELECT * FROM instance_call'),
      (left) => left.length === 0,
    );
  });

  it('between a step and what it brings about at another instance: the next one does it, once', async () => {
    const first = await startServer();
    await deploy(first.admin);
    const guid = await first.admin.start('asking');
    const cancelled = await first.admin.start('asking');
    await first.kill();
    // What a server has committed by then: a claim that nobody makes good. The database's clock says when it has run out.
    await sql(`INSERT INTO instance_call (instance_id, element_instance_id, tenant_id, kind, queued_at, claimed_until, claimed_by)
      SELECT id, 2, 'default', 'cancel', now(), now() + interval '1 s', 1 FROM process_instance WHERE guid = '${cancelled}'`);

    const second = await startServer();
    await second.admin.reaches(`${cancelled}~2`, 'cancelled');
    await second.admin.reaches(cancelled, 'error');
    await second.admin.cmd('SignalProcessInstanceCommand', { instanceGuid: `${guid}~2`, action: 'approve' });
    await second.admin.reaches(guid, 'completed');
  });

  it('while the next run waits for its delay: it begins, and the parent goes on with it', async () => {
    const first = await startServer();
    await deploy(first.admin);
    service.answers(failing());
    const guid = await first.admin.start('again', { serviceUrl: service.url }, { waitMs: 0 });
    await first.admin.reaches(`${guid}~2`, 'cancelled');
    await first.kill();
    service.answers(succeeding());

    const second = await startServer();
    await second.admin.reaches(guid, 'completed');

    expect((await second.admin.state(`${guid}~2~run2`)).data).toMatchObject({ status: 'completed', run: { number: 2 } });
  });
});

describe('two servers', () => {
  it('carry the calls of each other: what one starts, the other may repair and end', async () => {
    const [first, second] = [await startServer(), await startServer()];
    await deploy(first.admin);
    service.answers(failing());
    const guid = await first.admin.start('parent', { serviceUrl: service.url });
    await second.admin.reaches(`${guid}~2`, 'error');
    service.answers(succeeding());

    await second.admin.cmd('RetryFailedTaskCommand', { instanceGuid: `${guid}~2` });

    await first.admin.reaches(guid, 'completed');
    const asking = await Promise.all(Array.from({ length: 10 }, (_, i) => servers[i % 2]!.admin.start('asking')));
    await Promise.all(
      asking.map((each, i) => servers[(i + 1) % 2]!.admin.cmd('CancelProcessInstanceCommand', { instanceGuid: each })),
    );
    for (const each of asking) await first.admin.reaches(`${each}~2`, 'cancelled');
    expect(await sql('SELECT count(*)::integer AS children FROM process_instance WHERE parent_instance_id IS NOT NULL')).toEqual([
      { children: 11 },
    ]);
  });

  it('one of which has no loops: the other starts the child of what it begins within a moment', async () => {
    const [api, runner] = [await startServer({ REPRISE_ROLE: 'api' }), await startServer()];
    await deploy(runner.admin);

    const guid = await api.admin.start('asking', {}, { waitMs: 0 });

    await api.admin.reaches(`${guid}~2`, 'waiting');
  });
});
