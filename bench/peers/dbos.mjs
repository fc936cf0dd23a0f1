/** DBOS Transact: a library that keeps workflows in PostgreSQL. Client and engine share this process. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../measure/closed-loop.mjs';
import { measure, readTask } from '../measure/measure.mjs';
import { ownCpuMs } from '../measure/process-usage.mjs';

/** Its pool's default is 10; 20 is a little better here. */
const POOL = 20;
/** Its default of 1 s for queues and results would make the recovery of one workflow take a second. */
const POLL_MS = 10;
const QUEUE = 'recover';

const task = readTask();
let broken = true;

const threeSteps = DBOS.registerWorkflow(
  async (/** @type {number} */ index) => {
    const first = await DBOS.runStep(async () => index, { name: 'step1' });
    const second = await DBOS.runStep(async () => first + 1, { name: 'step2' });
    return DBOS.runStep(async () => second + 1, { name: 'step3' });
  },
  { name: 'threeSteps' },
);

const failingSecondStep = DBOS.registerWorkflow(
  async (/** @type {number} */ index) => {
    const first = await DBOS.runStep(async () => index, { name: 'step1' });
    const second = await DBOS.runStep(async () => secondStep(first), { name: 'step2' });
    return DBOS.runStep(async () => second + 1, { name: 'step3' });
  },
  { name: 'failingSecondStep' },
);

const waitingForMessage = DBOS.registerWorkflow(
  async (/** @type {number} */ index) => {
    await DBOS.runStep(async () => index, { name: 'step1' });
    const message = await DBOS.recv('go', { timeoutSeconds: 300 });
    return DBOS.runStep(async () => message, { name: 'step3' });
  },
  { name: 'waitingForMessage' },
);

const ignore = () => undefined;
DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: task.databaseUrl,
  systemDatabasePoolSize: POOL,
  logger: { info: ignore, debug: ignore, warn: ignore, error: ignore },
});
await DBOS.launch();
const call =
  { w1: async () => runThreeSteps, w2: prepareRecoveries, w3: async () => sendMessage }[task.workload] ?? unknownWorkload;
await measure(task, await call(), { node: ownCpuMs, postgres: task.databaseCpuMs });
await DBOS.shutdown();
process.exit(0);

/** @param {number} first */
function secondStep(first) {
  if (broken) throw new Error('The second step is down');
  return first + 1;
}

/** @param {number} index */
async function runThreeSteps(index) {
  const handle = await DBOS.startWorkflow(threeSteps)(index);
  expectResult(await handle.getResult(), index + 2);
}

/** Makes all workflows fail in their second step; the call then rewinds one to that step and awaits its result. */
async function prepareRecoveries() {
  await DBOS.registerQueue(QUEUE, { minPollingIntervalMs: POLL_MS });
  await delay(1500);
  /** @type {Map<number, string>} */
  const failed = new Map();
  await closedLoop(task.count + task.warmup, 32, async (position) => {
    const index = position - task.warmup;
    const handle = await DBOS.startWorkflow(failingSecondStep)(index);
    failed.set(index, handle.workflowID);
    await handle.getResult().catch(ignore);
  });
  broken = false;
  return async (/** @type {number} */ index) => {
    const handle = await DBOS.rewindWorkflow(failed.get(index) ?? '', { startStep: 1, queueName: QUEUE });
    expectResult(await handle.getResult({ pollingIntervalMs: POLL_MS }), index + 2);
  };
}

/** @param {number} index */
async function sendMessage(index) {
  const handle = await DBOS.startWorkflow(waitingForMessage)(index);
  await DBOS.send(handle.workflowID, index, 'go');
  expectResult(await handle.getResult(), index);
}

/**
 * @param {unknown} result
 * @param {number} expected
 */
function expectResult(result, expected) {
  if (result !== expected) throw new Error(`Expected the result ${expected}, but got ${String(result)}`);
}

/** @returns {never} */
function unknownWorkload() {
  throw new Error(`Expected workload w1, w2 or w3, but got '${task.workload}'`);
}
