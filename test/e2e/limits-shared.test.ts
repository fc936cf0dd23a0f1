import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type ApiClient, type Data } from './support/api-client.js';
import { httpTask, sequence } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { activate, deployWork, say } from './support/worker-calls.js';
import { BusyService } from './support/busy-service.js';
import { until } from './support/until.js';

// Processes are started and killed, beside other work on the machine.
jest.setTimeout(90_000);

let database: TestDatabase;
let service: BusyService;
let nodes: readonly [ProcessServer, ProcessServer];
let admin: ApiClient;

const withTimeout = httpTask('Task_1', 'One');
const policy = '<reprise:retryPolicy attempts="5" delays="PT0.1S" /><reprise:timeouts toStart="1s" />';

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = await Promise.all([ProcessServer.start(database.url), ProcessServer.start(database.url)]);
  admin = nodes[0].admin;
  await admin.deploy(sequence('one', httpTask('Task_1', 'One')));
  await admin.deploy(
    sequence('soon', { ...withTimeout, xml: withTimeout.xml.replace('</bpmn:extensionElements>', `${policy}$&`) }),
  );
});

afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.kill()));
  await database?.drop();
});

/** Each test has an endpoint, and so a limit, of its own. */
beforeEach(async () => {
  service = await BusyService.start();
});

afterEach(() => service.stop());

const startAt = (client: ApiClient, processKey = 'one'): Promise<string> =>
  client.start(processKey, { serviceUrl: service.url }, { waitMs: 0 });
const startMany = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => startAt(nodes[(i % 2) as 0 | 1].admin)));

async function limit(wanted: object): Promise<void> {
  const answer = await admin.cmd('SetLimitCommand', { key: service.url, ...wanted });
  expect(answer).toMatchObject({ isSuccessful: true });
  await bothKnow();
}

/** Each node looks for changes of the limits twice a second. */
async function bothKnow(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

async function inUse(): Promise<Data | undefined> {
  const answer = await admin.get(`/api/core/limits?key=${encodeURIComponent(service.url)}`);
  return (answer.data?.['items'] as readonly Data[])[0];
}

const uses = (wanted: Data): Promise<unknown> =>
  until(inUse, (found) => Object.entries(wanted).every(([name, value]) => found?.[name] === value));

async function allComplete(guids: readonly string[]): Promise<void> {
  for (const guid of guids)
    await until(
      () => admin.state(guid),
      (state) => field(state, 'status') === 'completed',
    );
}

describe('a limit that two servers share', () => {
  it('is never exceeded, and is used up', async () => {
    await limit({ maxConcurrent: 3 });

    const guids = await startMany(90);
    await allComplete(guids);

    expect(service.calls).toBe(90);
    expect(service.most).toBe(3);
    expect(await uses({ inUse: 0, waiting: 0 })).toMatchObject({ maxConcurrent: 3 });
  });

  it('lets no more begin than its rate', async () => {
    await limit({ ratePerSecond: 20 });

    const guids = await startMany(80);
    await allComplete(guids);

    const seconds = ((service.times.at(-1) ?? NaN) - (service.times[0] ?? NaN)) / 1_000;
    // A second in which the machine stood still is granted.
    expect(80).toBeLessThanOrEqual(20 * (seconds + 1));
    expect(seconds).toBeLessThan(30);
    expect(service.times).toHaveLength(80);
  });

  it('that is removed lets all go on that waited', async () => {
    await limit({ maxConcurrent: 2 });
    service.hold();
    const guids = await startMany(20);
    await uses({ inUse: 2, waiting: 18 });
    expect(service.calls).toBe(2);

    await admin.cmd('RemoveLimitCommand', { key: service.url });

    await service.hasCalls(20);
    service.release();
    await allComplete(guids);
  });

  it('that is set while attempts wait for another one holds for them too', async () => {
    const task = 'task:http';
    await admin.cmd('SetLimitCommand', { key: task, maxConcurrent: 1 });
    await bothKnow();
    service.hold();
    const guids = await startMany(10);
    await until(
      () => admin.cmd('GetLimitsQuery', { key: task }),
      (answer) => field(answer, 'items.0.waiting') === 9,
    );

    await limit({ maxConcurrent: 2 });
    await admin.cmd('RemoveLimitCommand', { key: task });
    await uses({ waiting: 7 });

    service.release(20);
    await allComplete(guids);
    expect(service.most).toBeLessThanOrEqual(3); // The first one began without this limit.
  });

  it('is left by what is cancelled, at whichever server', async () => {
    await limit({ maxConcurrent: 1 });
    service.hold();
    const first = await startAt(nodes[0].admin);
    await service.hasCalls(1);
    const waiting = [await startAt(nodes[0].admin), await startAt(nodes[1].admin)];
    await uses({ inUse: 1, waiting: 2 });

    for (const instanceGuid of waiting)
      expect(await nodes[1].admin.cmd('CancelProcessInstanceCommand', { instanceGuid })).toMatchObject({ isSuccessful: true });

    await uses({ inUse: 1, waiting: 0 });
    service.release();
    await allComplete([first]);
    expect(service.calls).toBe(1);
  });

  it('fails a task that could not begin within its time to start, for good', async () => {
    await limit({ maxConcurrent: 1 });
    service.hold();
    const first = await startAt(nodes[0].admin);
    await service.hasCalls(1);

    const late = await startAt(nodes[1].admin, 'soon');
    const state = await nodes[1].admin.reaches(late, 'error');

    expect(field(state, 'error')).toMatchObject({ errorCode: 'START_TIMEOUT', attemptNumber: 1 });
    expect(service.calls).toBe(1);
    await uses({ inUse: 1, waiting: 0 });
    service.release();
    await allComplete([first]);
  });
});

describe('a server that holds permits', () => {
  it('gives the attempts that wait to the others when it is told to end', async () => {
    await limit({ maxConcurrent: 2 });
    service.hold();
    const leaving = await ProcessServer.start(database.url);
    const guids = await Promise.all(Array.from({ length: 6 }, () => startAt(leaving.admin)));
    await uses({ inUse: 2, waiting: 4 });

    const ended = leaving.terminate();
    service.release(20);

    expect(await ended).toBe(0);
    await allComplete(guids);
    expect(service.calls).toBe(6);
    expect(service.most).toBe(2);
  });

  it('and is killed leaves them to the others', async () => {
    await limit({ maxConcurrent: 2 });
    service.hold();
    const doomed = await ProcessServer.start(database.url);
    const guids = await Promise.all(Array.from({ length: 4 }, () => startAt(doomed.admin)));
    await uses({ inUse: 2, waiting: 2 });
    guids.push(await startAt(nodes[1].admin));
    await uses({ inUse: 2, waiting: 3 });
    expect(service.calls).toBe(2);

    await doomed.kill();

    await service.hasCalls(4);
    service.release(20);
    await allComplete(guids);
    expect(service.most).toBe(2);
  });
});

describe('jobs of a type that is limited', () => {
  it('are handed out up to the limit over both nodes, and the next as soon as one has ended; a worker that waits costs no busy loop', async () => {
    const type = await deployWork(admin);
    await limit({ key: `task:${type}`, maxConcurrent: 2 });
    await Promise.all(Array.from({ length: 5 }, () => admin.start(type)));
    const [one, other] = [nodes[0].admin, nodes[1].admin];

    const first = await Promise.all([activate(one, type), activate(other, type)]);
    const held = first.flat();
    expect(held).toHaveLength(2);
    expect(await activate(one, type, { waitMs: 300 })).toEqual([]);

    const next = activate(other, type, { maxJobs: 1, waitMs: 20_000 });
    await say(one, 'CompleteJob', held[0] as (typeof held)[number]);
    expect(await next).toHaveLength(1);
    await say(one, 'FailJob', held[1] as (typeof held)[number], { errorMessage: 'no' });
    expect(await activate(one, type)).toHaveLength(1);
    expect(await activate(other, type, { waitMs: 0 })).toEqual([]);
  });
});
