import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ActivateJobsCommand } from '../../../src/application/jobs/activate-jobs/activate-jobs.command.js';
import type { ActivateJobsData } from '../../../src/application/jobs/activate-jobs/activate-jobs.dto.js';
import { JobActivation } from '../../../src/application/jobs/job-activation.js';
import { JobBoard } from '../../../src/application/jobs/job-board.js';
import { StorageUnavailable } from '../../../src/application/ports/instance-store.js';
import { JobStore } from '../../../src/application/ports/jobs.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import type { ActivatedJob } from '../../../src/contract/activated-job.js';
import type { Answer } from '../../../src/contract/answer.js';
import { DatabaseProxy } from '../../e2e/support/database-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';
import { modelOf, processOf } from '../support/models.js';

jest.setTimeout(30_000);

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

/** A process of one task of a type of its own, which nobody here does. */
async function newType(): Promise<string> {
  const type = `type-${randomUUID()}`;
  const properties = `<bpmn:extensionElements><custom:properties><custom:property name="ConnectorKey" value="${type}"/></custom:properties></bpmn:extensionElements>`;
  const task = { id: 'Task', xml: `<bpmn:serviceTask id="Task" name="Task">${properties}</bpmn:serviceTask>` };
  const bpmnXml = modelOf(processOf(type, type, task));
  expect(await app.ask(CreateProcessDefinitionCommand, { bpmnXml })).toMatchObject({ isSuccessful: true });
  return type;
}

async function start(processKey: string): Promise<string> {
  const { data } = await app.ask(StartProcessInstanceCommand, { processKey });
  return (data as { instanceGuid: string }).instanceGuid;
}

async function take(types: string | string[], more: Partial<ActivateJobsData> = {}, gone?: AbortSignal): Promise<ActivatedJob[]> {
  const caller = callerOf(gone ? { gone: () => gone } : {});
  const answer = await app.ask(ActivateJobsCommand, { types, waitMs: 20_000, ...more }, caller);
  return (answer.data as { jobs: ActivatedJob[] }).jobs;
}

const guidsOf = (jobs: readonly ActivatedJob[]): string[] => jobs.map(({ instanceGuid }) => instanceGuid);

/** Resolves when so many workers wait at the board. */
async function areWaiting(count: number): Promise<void> {
  while (app.get(JobBoard).waiting !== count) await new Promise((resolve) => setImmediate(resolve));
}

describe('workers that wait', () => {
  test('get a job within 20 ms of its commit', async () => {
    const type = await newType();
    let least = Infinity;
    for (let round = 0; round < 9; round++) {
      const waiting = take(type);
      await areWaiting(1);
      const began = performance.now();
      const started = start(type);
      await waiting;
      least = Math.min(least, performance.now() - began); // With the start itself.
      await started;
    }
    expect(least).toBeLessThan(20);
  });

  test('are served in the order in which they came', async () => {
    const type = await newType();
    const order: number[] = [];
    const workers: Promise<unknown>[] = [];
    for (let i = 0; i < 4; i++) {
      workers.push(take(type).then((jobs) => order.push(i + 10 * (jobs.length - 1))));
      await areWaiting(i + 1);
    }
    for (let i = 0; i < 4; i++) {
      await start(type);
      await areWaiting(3 - i);
    }
    await Promise.all(workers);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test('share what there is: the first does not take all of it', async () => {
    const type = await newType();
    const board = app.get(JobBoard);
    for (let i = 0; i < 10; i++) await start(type);

    const holder = { worker: 'w', lockMs: 60_000, variables: [], gone: null };
    const wish = { kinds: [{ tenantId: 'acme', jobType: type }], maxJobs: 10, waitMs: 20_000, ...holder };
    // The first look is for the first alone; those that came during it are served together.
    const answers = await Promise.all([board.take({ ...wish, maxJobs: 2 }), board.take(wish), board.take(wish)]);

    expect(answers.map((jobs) => jobs.length)).toEqual([2, 4, 4]);
    expect(new Set(answers.flat().map(({ jobId }) => jobId)).size).toBe(10);
  });

  test('of several types get jobs of any of them', async () => {
    const [one, other] = [await newType(), await newType()];
    const waiting = take([one, other]);
    await areWaiting(1);
    const guid = await start(other);
    expect(guidsOf(await waiting)).toEqual([guid]);
  });

  test('and go away leave their jobs to others', async () => {
    const type = await newType();
    const gone = new AbortController();
    const lost = take(type, {}, gone.signal);
    const other = take(type);
    await areWaiting(2);

    gone.abort();
    const guid = await start(type);

    expect(await lost).toEqual([]);
    expect((await other)[0]).toMatchObject({ instanceGuid: guid, token: 1 });
  });

  test('while the database is away for a moment have heard of nothing in the end', async () => {
    const type = await newType();
    const proxy = await DatabaseProxy.start(database.url);
    const other = await ApplicationUnderTest.start(proxy.url);
    try {
      const ask = (waitMs: number): Promise<Answer> => other.ask(ActivateJobsCommand, { types: type, waitMs });
      const waiting = ask(4_000);
      while (other.get(JobBoard).waiting !== 1) await new Promise((resolve) => setImmediate(resolve));
      proxy.goAway();
      await expect(ask(0)).rejects.toThrow(StorageUnavailable);
      proxy.comeBack();
      expect(await waiting).toMatchObject({ isSuccessful: true, data: { jobs: [] } });
    } finally {
      proxy.comeBack();
      await other.stop();
      await proxy.stop();
    }
  });

  test('are told at once when their time is over', async () => {
    const type = await newType();
    expect(await take(type, { waitMs: 0 })).toEqual([]);
    expect(await take(type, { waitMs: 30 })).toEqual([]);
    await areWaiting(0);
  });
});

describe('a claimed job', () => {
  test('is given back where the worker has gone away meanwhile: it is not locked', async () => {
    const type = await newType();
    const guid = await start(type);
    const claimed = await app.get(JobStore).claim([{ tenantId: 'acme', jobType: type }], 1, 99, 60_000);
    const holder = { worker: 'w', lockMs: 60_000, variables: null };

    expect(await app.get(JobActivation).activate(claimed, { ...holder, gone: AbortSignal.abort() })).toEqual([]);

    expect(await take(type, { waitMs: 0 })).toMatchObject([{ instanceGuid: guid, token: 1 }]);
  });

  test('whose instance cannot be read does not stand before the others', async () => {
    const type = await newType();
    const [broken, fine] = [await start(type), await start(type)];
    await database.execute(`UPDATE process_instance SET state = '{"schema": 999}' WHERE guid = '${broken}'`);
    // A server that does not have it in mind.
    const other = await ApplicationUnderTest.start(database.url);
    try {
      const answer = await other.ask(ActivateJobsCommand, { types: type, maxJobs: 1, waitMs: 20_000 });
      expect(guidsOf((answer.data as { jobs: ActivatedJob[] }).jobs)).toEqual([fine]);
    } finally {
      await other.stop();
    }
  });

  test('of a visit that is no job any more is forgotten, and the worker waits on', async () => {
    const type = await newType();
    const guid = await start(type);
    const store = app.get(JobStore);
    const claimed = await store.claim([{ tenantId: 'acme', jobType: type }], 1, 99, 60_000);
    const holder = { worker: 'w', lockMs: 60_000, variables: null, gone: null };
    expect(guidsOf(await app.get(JobActivation).activate(claimed, holder))).toEqual([guid]);

    expect(await app.get(JobActivation).activate(claimed, holder)).toEqual([]);
    expect(await store.claim([{ tenantId: 'acme', jobType: type }], 1, 99, 60_000)).toEqual([]);
  });

  test('whose claim another node let run out is handed out again', async () => {
    const type = await newType();
    const guid = await start(type);
    await app.get(JobStore).claim([{ tenantId: 'acme', jobType: type }], 1, 99, 700);
    expect(guidsOf(await take(type))).toEqual([guid]);
  });
});

test('a board that is closed answers those who wait and those who come, and locks nothing', async () => {
  const type = await newType();
  const own = await createTestDatabase();
  const closing = await ApplicationUnderTest.start(own.url);
  const ask = async (): Promise<unknown> => (await closing.ask(ActivateJobsCommand, { types: type, waitMs: 20_000 })).data;
  const waiting = ask();
  while (closing.get(JobBoard).waiting === 0) await new Promise((resolve) => setImmediate(resolve));

  closing.get(JobBoard).close();

  expect(await waiting).toEqual({ jobs: [] });
  expect(await ask()).toEqual({ jobs: [] });
  await closing.stop();
  await own.drop();
});
