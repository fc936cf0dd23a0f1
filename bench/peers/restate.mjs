/** Restate: a native server with a log of its own, a service process with the workflows, and this client. */
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { closedLoop } from '../measure/closed-loop.mjs';
import { measure, readTask, report } from '../measure/measure.mjs';
import { ownCpuMs, treeCpuMs } from '../measure/process-usage.mjs';
import { startRestate } from './restate-server.mjs';

const PAUSE_MS = 300_000;

const task = readTask();
const dispatcher = new Agent({ connections: 256 });
const restate = await startRestate().catch((error) => {
  report({ unavailable: String(error.message) });
  return process.exit(0);
});
try {
  const call =
    { w1: async () => runThreeSteps, w2: prepareRecoveries, w3: async () => sendMessage }[task.workload] ?? unknownWorkload;
  const cpuMs = { node: () => treeCpuMs(restate.servicePid), postgres: () => treeCpuMs(restate.serverPid), client: ownCpuMs };
  await measure(task, await call(), cpuMs);
} finally {
  await restate.stop();
}
process.exit(0);

/** @param {number} index */
async function runThreeSteps(index) {
  expectResult(await send('POST', `${restate.ingress}/threeSteps/k${index}/run`, index), index + 2);
}

/** Pauses every invocation at its failing second step; the call then resumes one and awaits its result. */
async function prepareRecoveries() {
  const total = task.count + task.warmup;
  /** @type {Map<number, string>} */
  const paused = new Map();
  await closedLoop(total, 32, async (position) => {
    const index = position - task.warmup;
    const sent = await send('POST', `${restate.ingress}/failingSecondStep/k${index}/run/send`, index);
    paused.set(index, /** @type {{ invocationId: string }} */ (sent).invocationId);
  });
  const deadline = Date.now() + PAUSE_MS;
  while ((await countPaused()) < total) {
    if (Date.now() > deadline) throw new Error('The invocations do not pause');
    await delay(500);
  }
  writeFileSync(restate.repairedFile, '');
  return async (/** @type {number} */ index) => {
    const id = paused.get(index);
    await send('PATCH', `${restate.admin}/invocations/${id}/resume`);
    expectResult(await send('GET', `${restate.ingress}/restate/invocation/${id}/attach`), index + 2);
  };
}

async function countPaused() {
  const query = "SELECT count(*) AS n FROM sys_invocation WHERE status = 'paused'";
  const answer = await send('POST', `${restate.admin}/query`, { query });
  return Number(/** @type {{ rows: { n: number }[] }} */ (answer).rows[0]?.n ?? 0);
}

/** @param {number} index */
async function sendMessage(index) {
  const workflow = `${restate.ingress}/waitingForMessage/k${index}`;
  await send('POST', `${workflow}/run/send`, index);
  await send('POST', `${workflow}/go`, index);
  expectResult(await send('GET', `${restate.ingress}/restate/workflow/waitingForMessage/k${index}/attach`), index);
}

/**
 * @param {import('undici').Dispatcher.HttpMethod} method
 * @param {string} url
 * @param {unknown} [content]
 * @returns {Promise<unknown>}
 */
async function send(method, url, content) {
  const headers = { accept: 'application/json', ...(content === undefined ? {} : { 'content-type': 'application/json' }) };
  const { statusCode, body } = await request(url, {
    method,
    dispatcher,
    headers,
    body: content === undefined ? null : JSON.stringify(content),
  });
  const text = await body.text();
  if (statusCode >= 300) throw new Error(`${method} ${url} answered ${statusCode}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/**
 * @param {unknown} result
 * @param {number} expected
 */
function expectResult(result, expected) {
  if (result !== expected) throw new Error(`Expected the result ${expected}, but got ${JSON.stringify(result)}`);
}

/** @returns {never} */
function unknownWorkload() {
  throw new Error(`Expected workload w1, w2 or w3, but got '${task.workload}'`);
}
