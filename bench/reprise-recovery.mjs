/** Recovery that works by itself, by the built server in a process of its own: due retries, workers, failing attempts. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { closedLoop, quantile } from './measure/closed-loop.mjs';
import { measure, readTask, report } from './measure/measure.mjs';
import { ownCpuMs, treeCpuMs } from './measure/process-usage.mjs';
import { sampleVariables } from './measure/sample-variables.mjs';
import { failingAttempts, readModel, tasksInARow } from './reprise/models.mjs';
import { startReprise } from './reprise/server.mjs';

const PREPARING_CLIENTS = 32;
/** Between two retries whose lateness is measured, in ms: an idle server. */
const APART_MS = 25;
/** What the preparation may take before the first retry falls due, in ms. */
const AHEAD_MS = 1_000;

const task = readTask();
const server = await startReprise(task.databaseUrl, Math.max(task.clients, PREPARING_CLIENTS));
const database = new pg.Client({ connectionString: task.databaseUrl });
await database.connect();
const cpuMs = { node: () => treeCpuMs(server.pid), postgres: task.databaseCpuMs, client: ownCpuMs };
try {
  await run(task.workload);
} finally {
  await database.end();
  await server.stop();
}

/** @param {string} kind */
async function run(kind) {
  const waiting = /^due-(\d+)$/.exec(kind)?.[1];
  if (waiting !== undefined) return measureDue(Number(waiting));
  if (kind === 'lateness') return measureLateness();
  if (kind === 'worker') return measureWorker();
  if (kind === 'attempts-succeeding') return measureEnds(tasksInARow(11));
  if (kind === 'attempts-failing') return measureEnds(failingAttempts(11));
  throw new Error(`Expected a workload of recovery, but got '${kind}'`);
}

/**
 * All retries fall due at one moment, beside others that wait for a year.
 * @param {number} waiting
 */
async function measureDue(waiting) {
  await prepareRetries(task.count);
  await database.query(
    `INSERT INTO timer_job (instance_id, element_instance_id, timer_node_id, kind, due_at, tenant_id, circuit)
     SELECT 1000000000 + i, 1, '', 'retry', now() + interval '1 year' + i * interval '1 ms', 'default', 'task:bench'
     FROM generate_series(1, $1::integer) AS i`,
    [waiting],
  );
  await database.query('VACUUM ANALYZE timer_job');
  await database.query('CHECKPOINT');
  const dueAt = await postponeAll(task.count, () => 0);
  const endedAt = await awaitEnds(task.count);
  report({ count: task.count, clients: 0, rate: (task.count * 1_000) / (endedAt - dueAt) });
}

/** Retries fall due one after the other on a server that does nothing else. */
async function measureLateness() {
  await prepareRetries(task.count);
  const firstDueAt = await postponeAll(task.count, (index) => index * APART_MS);
  const endedAt = await awaitEnds(task.count);
  const { rows } = await database.query(
    `SELECT guid, (extract(epoch FROM attempt.started_at) * 1000)::float8 AS "begunAt"
     FROM task_attempt AS attempt JOIN process_instance ON id = instance_id WHERE attempt.attempt = 2`,
  );
  const lateMs = rows.map(({ guid, begunAt }) => begunAt - firstDueAt - Number(guid.slice('bench-'.length)) * APART_MS);
  const rate = (task.count * 1_000) / (endedAt - firstDueAt);
  report({ count: task.count, clients: 0, rate, p50Ms: quantile(lateMs, 0.5), p99Ms: quantile(lateMs, 0.99) });
}

/** Each client takes a job and completes it, again and again. */
async function measureWorker() {
  const id = await deploy(readModel('worker-task'));
  await closedLoop(task.count + task.warmup, PREPARING_CLIENTS, (index) => start(id, index));
  const call = async () => {
    const { jobs } = expectDone(
      await server.send('ActivateJobs', { types: ['bench:worker'], worker: 'bench', maxJobs: 1, waitMs: 5_000 }),
    );
    const [job] = /** @type {{ jobId: string, token: number }[]} */ (jobs);
    if (!job) throw new Error('Expected a job, but there was none');
    expectDone(await server.send('CompleteJob', { jobId: job.jobId, token: job.token, variables: { done: true } }));
  };
  await measure(task, call, cpuMs);
}

/**
 * Instances from start to end; eleven attempts each.
 * @param {string} model
 */
async function measureEnds(model) {
  const id = await deploy(model);
  const call = async (/** @type {number} */ index) => {
    const { status } = await start(id, index);
    if (status !== 'completed') throw new Error(`Expected status 'completed', but got '${status}'`);
  };
  await measure(task, call, cpuMs);
}

/** Instances whose only task has failed once and is tried again in an hour. @param {number} count */
async function prepareRetries(count) {
  const id = await deploy(readModel('failing-once'));
  await closedLoop(count, PREPARING_CLIENTS, (index) => start(id, index));
}

/**
 * @param {number} count
 * @param {(index: number) => number} offsetMs
 * @returns {Promise<number>} When the first of them falls due, in epoch ms.
 */
async function postponeAll(count, offsetMs) {
  const dueAt = Math.ceil(Date.now() / 1_000) * 1_000 + AHEAD_MS + count;
  await closedLoop(count, PREPARING_CLIENTS, async (index) => {
    const until = new Date(dueAt + offsetMs(index)).toISOString();
    expectDone(await server.send('PostponeRetry', { instanceGuid: `bench-${index}`, until }));
  });
  if (Date.now() > dueAt) throw new Error('Expected all retries to be scheduled before they fall due; the machine is too slow.');
  return dueAt;
}

/** @param {number} count @returns {Promise<number>} When the last instance ended, in epoch ms. */
async function awaitEnds(count) {
  for (;;) {
    const { rows } = await database.query(
      `SELECT count(*)::integer AS ended, (extract(epoch FROM max(ended_at)) * 1000)::float8 AS "endedAt"
       FROM process_instance WHERE status = 'completed'`,
    );
    if (rows[0].ended >= count) return rows[0].endedAt;
    await delay(100);
  }
}

/** @param {string} bpmnXml */
async function deploy(bpmnXml) {
  return expectDone(await server.send('CreateProcessDefinition', { bpmnXml }))['id'];
}

/**
 * @param {unknown} id
 * @param {number} index
 */
async function start(id, index) {
  return expectDone(
    await server.send('StartProcessInstance', { id, instanceGuid: `bench-${index}`, variables: sampleVariables(index) }),
  );
}

/** @param {import('./reprise/server.mjs').Answer} answer */
function expectDone({ isSuccessful, message, data }) {
  if (isSuccessful && data) return data;
  throw new Error(`Expected success, but got: ${message} ${JSON.stringify(data)}`);
}
