import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { httpTask, sequence } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';

// Processes are started and killed, beside other work on the machine.
jest.setTimeout(90_000);

const SETTINGS = {
  REPRISE_BREAKER: 'true',
  REPRISE_BREAKER_CALLS: '10',
  REPRISE_BREAKER_PROBE_MS: '300',
  REPRISE_BREAKER_LONGEST_PROBE_MS: '600',
};
const INSTANCES = 120;

let database: TestDatabase;
let service: TestService;
let nodes: ProcessServer[];
let admin: ApiClient;

const withPolicy = (policy: string): { id: string; xml: string } => {
  const task = httpTask('Task_1', 'One');
  return { ...task, xml: task.xml.replace('</bpmn:extensionElements>', `${policy}$&`) };
};

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = await Promise.all([ProcessServer.start(database.url, SETTINGS), ProcessServer.start(database.url, SETTINGS)]);
  admin = nodes[0]?.admin as ApiClient;
  await admin.deploy(sequence('retried', withPolicy('<reprise:retryPolicy attempts="unlimited" delays="PT0.5S" />')));
  await admin.deploy(
    sequence(
      'parked',
      withPolicy(
        '<reprise:retryPolicy attempts="2" delays="PT0.1S"><reprise:rule httpStatus="5xx" action="park" /></reprise:retryPolicy>',
      ),
    ),
  );
  const toBackup = '<reprise:ladder after="1"><reprise:set target="serviceUrl" value="=backupUrl" /></reprise:ladder>';
  const laddered = `<reprise:retryPolicy attempts="unlimited" delays="PT0.5S">${toBackup}</reprise:retryPolicy>`;
  await admin.deploy(sequence('laddered', withPolicy(laddered)));
  await admin.deploy(sequence('once', httpTask('Task_1', 'One')));
});

afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.kill()));
  await database?.drop();
});

/** Each test has an endpoint, and so a circuit, of its own. */
beforeEach(async () => {
  service = await new TestService().start();
});

afterEach(() => service.stop());

const start = (processKey: string, i = 0, variables: Data = {}): Promise<string> =>
  (nodes[i % nodes.length] as ProcessServer).admin.start(processKey, { serviceUrl: service.url, ...variables }, { waitMs: 0 });
const startMany = (processKey: string, count: number, variables: Data = {}): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => start(processKey, i, variables)));

async function circuit(client = admin): Promise<Data | undefined> {
  const answer = await client.cmd('GetCircuitsQuery', { includeClosed: true });
  return (answer.data?.['items'] as readonly Data[]).find((item) => item['circuit'] === service.url);
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`It has not come to pass: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const isIn =
  (state: string) =>
  (found: Data | undefined): boolean =>
    found?.['state'] === state;

/** The rows of one statement, on a connection of its own. */
async function rows<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A sample without labels; NaN where there is none. */
const figure = (metrics: string, name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);

const heldRows = (): Promise<{ due: number; instance: number }[]> =>
  rows('SELECT instance_id AS instance, extract(epoch FROM due_at) AS due FROM timer_job WHERE held');

/** Calls that came within this time from now on. */
async function callsWithin(ms: number): Promise<number> {
  const before = service.calls.length;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return service.calls.length - before;
}
const allEnd = (guids: readonly string[]): Promise<WireAnswer[]> =>
  Promise.all(guids.map((guid, i) => (nodes[i % nodes.length] as ProcessServer).admin.reaches(guid, 'completed')));

async function trailOf(action: string): Promise<readonly Data[]> {
  const answer = await admin.cmd('GetAuditTrailQuery', { action: [action], pageSize: 100 });
  return (answer.data?.['items'] as readonly Data[]).filter(
    (entry) => field({ data: entry } as never, 'detail.circuit') === service.url,
  );
}

describe('an endpoint that is dead', () => {
  it('gets a few canaries however many instances wait for it, on both nodes, and all of them go on in growing cohorts when it is back', async () => {
    const guids = await startMany('retried', INSTANCES);
    await until(circuit, isIn('open'));
    // What had begun by then is over, and both nodes know.
    await callsWithin(1_500);

    const held = await heldRows();
    const canaries = await callsWithin(2_000);
    const later = new Set((await heldRows()).map(({ instance, due }) => `${instance} ${due}`));
    const waiting = (await circuit()) as Data;
    const [metrics = '', others = ''] = await Promise.all(nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
    const heldSoFar = figure(metrics, 'reprise_held_attempts_total') + figure(others, 'reprise_held_attempts_total');

    expect(canaries).toBeGreaterThan(0);
    // Without the circuit, 120 instances call it 240 times a second.
    expect(canaries).toBeLessThanOrEqual(30);
    expect(waiting).toMatchObject({ reason: expect.stringMatching(/failed|probed/) });
    expect(held.length).toBeGreaterThan(INSTANCES / 2);
    // Each keeps its time but for those that were let through, of which three may be on their way.
    const moved = held.filter(({ instance, due }) => !later.has(`${instance} ${due}`));
    expect(moved.length).toBeLessThanOrEqual(canaries + 3);
    expect(figure(metrics, 'reprise_open_circuits')).toBe(1);
    expect(figure(metrics, 'reprise_held_retries')).toBeGreaterThan(INSTANCES / 2);
    expect(heldSoFar).toBeGreaterThanOrEqual(INSTANCES / 2);

    const answeredAt: number[] = [];
    const answer = succeeding();
    const before = service.calls.length;
    service.answers((call, response) => {
      answeredAt.push(performance.now());
      answer(call, response);
    });
    await allEnd(guids);

    // A cohort follows when the one before has come back and the keeper has looked: a slow machine makes them slower.
    const [first = 0] = answeredAt;
    expect(answeredAt.filter((at) => at - first < 100).length).toBeLessThan(INSTANCES / 4);
    await until(circuit, isIn('closed'));
    expect(service.calls.length - before).toBeLessThan(INSTANCES * 1.5);
    expect((await trailOf('CircuitOpened')).length).toBeGreaterThan(0);
    expect(await trailOf('CircuitClosed')).toMatchObject([{ actor: { type: 'system' }, statusAfter: 'closed' }]);
  });

  it('holds incidents that were parked for it, and lets them go on when it is back', async () => {
    const guids = await startMany('parked', 15);
    await Promise.all(guids.map((guid) => admin.reaches(guid, 'error')));
    expect((await admin.state(guids[0] ?? '')).data).toMatchObject({
      error: { parkedFor: service.url, decisionAction: 'park', decision: 'rule 1: park' },
    });
    await until(circuit, (found) => Number(found?.['parked']) === 15);

    service.answers(succeeding());
    await allEnd(guids);

    expect((await admin.trail(guids[0] ?? '')).map((entry) => entry['action'])).toContain('IncidentReleased');
  });
});

describe('an endpoint that is dead, while another is healthy', () => {
  let backup: TestService;

  beforeEach(async () => {
    backup = await new TestService().start();
    backup.answers(succeeding());
  });
  afterEach(() => backup.stop());

  it('holds back no retry that the ladder has sent to the other', async () => {
    service.holds(failing());
    const guids = await startMany('laddered', 60, { backupUrl: backup.url });
    await service.hasCalls(60);
    service.release();

    await until(circuit, isIn('open'));
    await allEnd(guids);

    expect(service.calls).toHaveLength(60);
    expect(backup.calls).toHaveLength(60);
  });

  it('holds back no attempt that a person has sent to the other', async () => {
    await admin.cmd('OpenCircuitCommand', { circuit: service.url });
    const guid = await start('retried');
    await until(circuit, (found) => Number(found?.['held']) === 1);

    await admin.cmd('SetProcessVariablesCommand', { instanceGuid: guid, variables: { serviceUrl: backup.url } });

    await admin.reaches(guid, 'completed');
    expect([service.calls.length, backup.calls.length]).toEqual([0, 1]);
    expect(await circuit()).toMatchObject({ state: 'open', held: 0 });
  });
});

describe('an open circuit', () => {
  it('holds back a retry by hand of a task with a policy, unless it is asked to pass it; a task without one is executed', async () => {
    await startMany('retried', 12);
    await until(circuit, isIn('open'));
    await admin.cmd('OpenCircuitCommand', { circuit: service.url, comment: 'known to be down' });
    const guid = await start('retried');
    await until(
      () => admin.state(guid),
      (state) => field(state, 'retrying.heldBy') === service.url,
    );
    expect(await admin.cmd('RetryNowCommand', { instanceGuid: guid })).toMatchObject({
      isSuccessful: true,
      data: { retrying: { heldBy: service.url, nextAttemptAt: null } },
    });

    const once = await start('once');
    expect(await admin.reaches(once, 'error')).toMatchObject({ data: { error: { errorCode: 'HTTP_503' } } });
    service.answers(succeeding());
    const passed = await admin.cmd('RetryNowCommand', { instanceGuid: guid, ignoreCircuit: true });

    expect(passed).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
    expect(await circuit()).toMatchObject({ state: 'open', probeAt: null, reason: expect.stringContaining('opened by') });
    expect(await trailOf('OpenCircuit')).toMatchObject([{ comment: 'known to be down', actor: { type: 'user' } }]);
  });

  it('that somebody closes lets all go on', async () => {
    await admin.cmd('OpenCircuitCommand', { circuit: `${service.url}/any/path` });
    await callsWithin(200); // The other node hears of it.
    service.answers(succeeding());
    const guids = await startMany('retried', 20);
    await until(circuit, (found) => Number(found?.['held']) === 20);
    expect(service.calls).toHaveLength(0);

    expect(await admin.cmd('CloseCircuitCommand', { circuit: service.url, comment: 'it is back' })).toMatchObject({
      isSuccessful: true,
      data: { state: 'half-open' },
    });

    await allEnd(guids);
    await until(circuit, isIn('closed'));
    expect(await admin.cmd('CloseCircuitCommand', { circuit: service.url })).toMatchObject({
      isSuccessful: false,
      statusCode: '99',
      data: { currentState: 'closed' },
    });
  });

  it('opens for a stated time only, and bad names of circuits are refused', async () => {
    service.answers(succeeding());
    await admin.cmd('OpenCircuitCommand', { circuit: service.url, forMs: 1_000 });
    const guid = await start('retried');
    await admin.reaches(guid, 'completed');
    for (const name of ['', 'ftp://x', 'task:', 'nonsense', 5])
      expect(await admin.cmd('OpenCircuitCommand', { circuit: name })).toMatchObject({ httpStatus: 400 });
  });

  it('goes on where it was when the node that keeps it is killed in the middle of the ramp', async () => {
    const guids = await startMany('retried', INSTANCES);
    await until(circuit, isIn('open'));
    await callsWithin(500);
    service.answers(succeeding());
    await until(circuit, isIn('half-open'));
    const [{ kept_by: keeper }] = (await rows<{ kept_by: number }>(
      `SELECT kept_by FROM circuit WHERE circuit = '${service.url}'`,
    )) as [{ kept_by: number }];
    const [{ pid }] = (await rows<{ pid: number }>(`SELECT pid FROM server_node WHERE node = ${keeper}`)) as [{ pid: number }];
    const killed = nodes.find((node) => node.process.pid === pid) as ProcessServer;
    await killed.kill();
    nodes = [...nodes.filter((node) => node !== killed), await ProcessServer.start(database.url, SETTINGS)];
    admin = nodes[0]?.admin as ApiClient;

    const ended = await until(
      () =>
        rows<{ open: number }>(
          `SELECT count(*)::integer AS open FROM process_instance WHERE status = 'running' AND guid = ANY ('{${guids.join(',')}}')`,
        ),
      ([row]) => row?.open === 0,
    );

    expect(ended).toEqual([{ open: 0 }]);
    expect((await admin.state(guids[0] ?? '')).data).toMatchObject({ status: 'completed' });
  });
});
