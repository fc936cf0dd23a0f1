import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ActivateJobsCommand } from '../../../src/application/jobs/activate-jobs/activate-jobs.command.js';
import { CompleteJobCommand } from '../../../src/application/jobs/complete-job/complete-job.command.js';
import { FailJobCommand } from '../../../src/application/jobs/fail-job/fail-job.command.js';
import { JobStore } from '../../../src/application/ports/jobs.js';
import { CancelProcessInstanceCommand } from '../../../src/application/process-instances/cancel-process-instance/cancel-process-instance.command.js';
import { JobBoard } from '../../../src/application/jobs/job-board.js';
import { RecordHeartbeatCommand } from '../../../src/application/jobs/record-heartbeat/record-heartbeat.command.js';
import { GetLimitsQuery } from '../../../src/application/limits/get-limits/get-limits.command.js';
import { SetLimitCommand } from '../../../src/application/limits/set-limit/set-limit.command.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import type { ActivatedJob } from '../../../src/contract/activated-job.js';
import { AttemptGate } from '../../../src/runner/limits/attempt-gate.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest } from '../support/application-under-test.js';
import { modelOf, processOf } from '../support/models.js';

jest.setTimeout(30_000);

let database: TestDatabase;
/** Two server processes on one database. */
let app: ApplicationUnderTest;
let other: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  other = await ApplicationUnderTest.start(database.url);
});
afterAll(async () => {
  await app.stop();
  await other.stop();
  await database.drop();
});

/** So many instances whose one task is a job of a type of its own, with this limit, which both servers know. */
async function jobs(count: number, limit: { maxConcurrent?: number; ratePerSecond?: number }): Promise<string> {
  const type = `type-${randomUUID()}`;
  const properties = `<bpmn:extensionElements><custom:properties><custom:property name="ConnectorKey" value="${type}"/></custom:properties></bpmn:extensionElements>`;
  const task = { id: 'Task', xml: `<bpmn:serviceTask id="Task" name="Task">${properties}</bpmn:serviceTask>` };
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf(type, type, task)) });
  await app.ask(SetLimitCommand, { key: `task:${type}`, ...limit });
  for (const server of [app, other])
    while (!server.get(AttemptGate).isLimited('acme', `task:${type}`)) await new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all(Array.from({ length: count }, () => app.ask(StartProcessInstanceCommand, { processKey: type })));
  return type;
}

async function take(
  server: ApplicationUnderTest,
  types: string | string[],
  maxJobs: number,
  waitMs = 0,
): Promise<ActivatedJob[]> {
  const answer = await server.ask(ActivateJobsCommand, { types, maxJobs, waitMs, worker: 'w', lockDurationMs: 60_000 });
  return (answer.data as { jobs: ActivatedJob[] }).jobs;
}

const complete = (server: ApplicationUnderTest, { jobId, token }: ActivatedJob): Promise<unknown> =>
  server.ask(CompleteJobCommand, { jobId, token });

async function inUse(type: string): Promise<number | undefined> {
  const { data } = await app.ask(GetLimitsQuery, { key: `task:${type}` });
  return (data as { items: { inUse: number }[] }).items[0]?.inUse;
}

describe('jobs of a type with a limit', () => {
  test('are given to no more workers at once than it allows, at whichever server they ask', async () => {
    const type = await jobs(10, { maxConcurrent: 3 });

    const taken = (await Promise.all([take(app, type, 5), take(other, type, 5)])).flat();

    expect(taken).toHaveLength(3);
    expect(await inUse(type)).toBe(3);
    expect(await take(other, type, 5)).toEqual([]);
  });

  test('go to a worker that waits as soon as another one hands its own in', async () => {
    const type = await jobs(4, { maxConcurrent: 1 });
    const [first] = (await take(app, type, 1)) as [ActivatedJob];
    const waiting = take(app, type, 1, 20_000);
    while (app.get(JobBoard).waiting !== 1) await new Promise((resolve) => setImmediate(resolve));

    await complete(other, first);
    const [second] = (await waiting) as [ActivatedJob];
    await app.ask(FailJobCommand, { jobId: second.jobId, token: second.token, nonRetryable: true });

    expect(await take(other, type, 5, 20_000)).toHaveLength(1);
    expect(await inUse(type)).toBe(1);
  });

  test('keep their permits as long as their locks: a heartbeat that asks for less does not shorten them', async () => {
    const type = await jobs(2, { maxConcurrent: 1 });
    const answer = await app.ask(ActivateJobsCommand, { types: type, worker: 'w', lockDurationMs: 2_000 });
    const [job] = (answer.data as { jobs: ActivatedJob[] }).jobs as [ActivatedJob];
    const startedAt = performance.now();

    await app.ask(RecordHeartbeatCommand, { jobId: job.jobId, token: job.token, lockDurationMs: 1_000 });

    expect(await take(other, type, 1, 20_000)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeGreaterThan(1_800);
  });

  test('give their permits back when their instance is cancelled, or their attempt runs out of time', async () => {
    const type = await jobs(2, { maxConcurrent: 1 });
    const [job] = (await take(app, type, 1)) as [ActivatedJob];

    await app.ask(CancelProcessInstanceCommand, { instanceGuid: job.instanceGuid });

    expect(await inUse(type)).toBe(0);
    expect(await take(other, type, 1, 5_000)).toHaveLength(1);
  });

  test('are no busy poll for who waits for a full limit', async () => {
    const type = await jobs(30, { maxConcurrent: 1 });
    await take(app, type, 1);
    const claim = jest.spyOn(app.get(JobStore), 'claim');

    expect(await take(app, type, 20, 1_000)).toEqual([]);

    const claimed = await Promise.all(claim.mock.results.map(({ value }) => value as Promise<unknown[]>));
    expect(claimed.length).toBeLessThan(12);
    expect(claimed.flat().length).toBeLessThan(35);
    claim.mockRestore();
  });

  test('leave those of other types alone', async () => {
    const [full, free] = [await jobs(3, { maxConcurrent: 1 }), await jobs(3, { maxConcurrent: 100 })];
    expect(await take(app, full, 1)).toHaveLength(1);

    const taken = [...(await take(app, [full, free], 10, 20_000)), ...(await take(app, [full, free], 10))];

    expect(taken.map(({ type }) => type)).toEqual([free, free, free]);
  });

  test('are given out as fast as its rate lets them', async () => {
    const type = await jobs(40, { ratePerSecond: 40 });
    const startedAt = performance.now();

    for (let count = 0; count < 40;) count += (await take(app, type, 1, 20_000)).length;

    // A second; twice that is what resting for a fifth of a second each time would take.
    expect(performance.now() - startedAt).toBeLessThan(1_800);
  });

  test('are given out no faster than its rate', async () => {
    const type = await jobs(5, { ratePerSecond: 4 });
    const startedAt = performance.now();

    for (let count = 0; count < 5;) count += (await take(count % 2 ? app : other, type, 5, 20_000)).length;

    expect(performance.now() - startedAt).toBeGreaterThan(950);
  });
});
