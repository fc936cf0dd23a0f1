/** Reprise as people use it: the built server in a process of its own, driven by HTTP over connections that stay open. */
import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from './measure/closed-loop.mjs';
import { measure, readTask } from './measure/measure.mjs';
import { watchMemory } from './measure/memory-watch.mjs';
import { ownCpuMs, treeCpuMs } from './measure/process-usage.mjs';
import { sampleVariables } from './measure/sample-variables.mjs';
import { readModel } from './reprise/models.mjs';
import { startReprise } from './reprise/server.mjs';

const PREPARING_CLIENTS = 32;
/** A database may have been measured before: the ids of its instances must not be met again. */
const RUN = Date.now().toString(36);

const task = readTask();
const server = await startReprise(task.databaseUrl, Math.max(task.clients, PREPARING_CLIENTS));
try {
  const call = await prepareCall();
  const cpuMs = { node: () => treeCpuMs(server.pid), postgres: task.databaseCpuMs, client: ownCpuMs };
  const memory = watchMemory(server.pid);
  await measure(task, call, cpuMs, () => memory.figures());
} finally {
  await server.stop();
}

/** @returns {Promise<(index: number) => Promise<void>>} */
async function prepareCall() {
  if (task.workload === 'w1') return runToEnd(await deploy('three-tasks'));
  if (task.workload === 'w2') return prepareRetries(await deploy('failing-second-task'));
  if (task.workload === 'retry') return prepareRetries(await deploy('failing-task'));
  if (task.workload === 'w3') return signalToEnd(await deploy('user-task'));
  throw new Error(`Expected workload w1, w2, w3 or retry, but got '${task.workload}'`);
}

/** @param {string} name */
async function deploy(name) {
  const answer = await server.send('CreateProcessDefinition', { bpmnXml: readModel(name) });
  return expectDone(answer)['id'];
}

/** @param {unknown} id */
function runToEnd(id) {
  return async (/** @type {number} */ index) => {
    expectStatus(await start(id, index), 'completed');
  };
}

/**
 * All instances are in error before the first retry; the call retries one and sees it through to its end.
 * @param {unknown} id
 */
async function prepareRetries(id) {
  await closedLoop(task.count + task.warmup, PREPARING_CLIENTS, async (position) => {
    expectStatus(await start(id, position - task.warmup), 'error');
  });
  return async (/** @type {number} */ index) => {
    const answer = await server.send('RetryFailedTask', {
      instanceGuid: guidOf(index),
      updatedVariables: { ok: true },
      comment: 'The cause is repaired',
    });
    await awaitEnd(index, expectDone(answer));
  };
}

/** @param {unknown} id */
function signalToEnd(id) {
  return async (/** @type {number} */ index) => {
    expectStatus(await start(id, index), 'waiting');
    const answer = await server.send('SignalProcessInstance', { instanceGuid: guidOf(index), callbackData: { approved: true } });
    await awaitEnd(index, expectDone(answer));
  };
}

/**
 * @param {unknown} id
 * @param {number} index
 */
async function start(id, index) {
  return expectDone(
    await server.send('StartProcessInstance', { id, instanceGuid: guidOf(index), variables: sampleVariables(index) }),
  );
}

/** @param {number} index */
function guidOf(index) {
  return `bench-${RUN}-${index}`;
}

/**
 * An answer may come a moment before the end: then the state is asked for until it has come.
 * @param {number} index
 * @param {Record<string, unknown>} data
 */
async function awaitEnd(index, data) {
  let current = data;
  while (current['status'] === 'running') {
    await delay(1);
    current = expectDone(await server.send('GetProcessInstanceState', { instanceGuid: guidOf(index) }));
  }
  expectStatus(current, 'completed');
}

/** @param {import('./reprise/server.mjs').Answer} answer */
function expectDone({ isSuccessful, message, statusCode, data }) {
  if (!isSuccessful || data === null) throw new Error(`Expected success, but got ${statusCode}: ${message} ${reasonIn(data)}`);
  return data;
}

/**
 * @param {Record<string, unknown>} data
 * @param {string} status
 */
function expectStatus(data, status) {
  if (data['status'] !== status)
    throw new Error(`Expected status '${status}', but got '${String(data['status'])}' ${reasonIn(data)}`);
}

/** @param {Record<string, unknown> | null} data */
function reasonIn(data) {
  return JSON.stringify(data?.['error'] ?? data);
}
