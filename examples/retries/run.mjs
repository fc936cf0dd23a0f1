// Shows how the retry examples behave: node examples/retries/run.mjs [coflux|temporal|mechanic|valohai|retry-failed-task] [--slow]
// The waits are a thousandth of what the models say, unless --slow asks for the real ones.
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, useServer } from '../start-server.mjs';
import { startFailingService } from './failing-service.mjs';
import { faster } from './faster.mjs';

const down = () => 503;
/** @param {number} call @returns {Answer} */
const backAtCall = (call) => (n) => (n < call ? 503 : 200);

/**
 * What is shown of each page: its processes, and what the service of each answers.
 * @typedef {(call: number, path: string) => number} Answer
 * @type {Record<string, [processKey: string, answer: Answer][]>}
 */
const PAGES = {
  coflux: [
    ['coflux-submit-reports', down],
    ['coflux-send-notification', down],
    ['coflux-send-notification-with-backoff', backAtCall(6)],
    ['coflux-my-workflow', backAtCall(3)],
  ],
  temporal: [
    ['temporal-sample-activity', down],
    ['temporal-defaults', backAtCall(10)],
    ['temporal-non-retryable', (call) => (call === 1 ? 503 : 403)],
    ['temporal-activity-with-progress', (call) => (call === 4 ? 503 : 200)],
    ['temporal-workflow', backAtCall(4)],
    ['temporal-parent-workflow', backAtCall(3)],
  ],
  mechanic: [['mechanic-http-action', down]],
  valohai: [
    ['valohai-train-model', down],
    ['valohai-train-model-afresh', down],
  ],
  'retry-failed-task': [
    ['retry-with-backoff', backAtCall(6)],
    ['retry-with-fallback', (_, path) => (path.startsWith('/backup') ? 200 : 503)],
    ['intelligent-retry', (call) => (call === 1 ? 401 : 200)],
    ['retry-best-practices', down],
  ],
};

const isSlow = process.argv.includes('--slow');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = wanted.filter((name) => !Object.hasOwn(PAGES, name));
if (unknown.length > 0) {
  process.stderr.write(`Expected some of ${Object.keys(PAGES).join(', ')}, but got ${unknown.join(', ')}\n`);
  process.exit(2);
}
const server = await useServer(process.env.REPRISE_DATA_DIR ?? (await temporaryFolder()));

for (const name of wanted.length > 0 ? wanted : Object.keys(PAGES)) {
  await deploy(name);
  for (const [processKey, answer] of PAGES[name] ?? []) await show(processKey, answer);
}
server.stop?.();

/** Gone with this process: what was deployed by an earlier one, with other waits, is not in the way. */
async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-retries-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** @param {string} name */
async function deploy(name) {
  const xml = await readFile(new URL(`${name}.bpmn`, import.meta.url), 'utf8');
  const bpmnXml = isSlow ? xml : faster(xml);
  const answer = await command(server, 'CreateProcessDefinitionCommand', { name, bpmnXml });
  if (!answer.isSuccessful) throw new Error(`${name} could not be deployed: ${JSON.stringify(answer)}`);
}

/**
 * Starts an instance against a service of its own, so that no circuit that another has opened holds it back, and tells each
 * attempt as it ends, those of further runs and of called processes too.
 * @param {string} processKey
 * @param {Answer} answer
 */
async function show(processKey, answer) {
  const service = await startFailingService(answer);
  const endpoints = { serviceUrl: service.url, apiEndpoint: service.url, backupEndpoint: `${service.url}/backup` };
  const variables = { ...endpoints, authToken: 'old', startIndex: 0, endIndex: 5 };
  const { message, data } = await command(server, 'StartProcessInstanceCommand', { processKey, variables, waitMs: 0 });
  if (!data?.instanceGuid) throw new Error(`${processKey} could not be started: ${message}`);
  process.stdout.write(`\n${processKey} (${data.instanceGuid})\n`);
  const told = new Set();
  const limit = Date.now() + (isSlow ? 3_600_000 : 20_000);
  let status = 'running';
  while (status === 'running' && Date.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const family = await familyOf(data.instanceGuid);
    const attempts = family.flatMap(({ attempts, run }) => attempts.map((/** @type {object} */ each) => ({ ...each, run })));
    attempts.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    for (const attempt of attempts) {
      const key = JSON.stringify([attempt.run?.number, attempt.elementInstanceId, attempt.attempt]);
      if (!told.has(key)) tell(attempt, Date.parse(attempts[0].startedAt));
      told.add(key);
    }
    // Of its last run.
    status = family.filter(({ parent }) => parent === null).at(-1).status;
  }
  process.stdout.write(status === 'running' ? '  ... and so on\n' : `  = ${status}\n`);
  service.close();
}

/** The states of the instance, its further runs, and what they call; each after what led to it. @param {string} guid */
async function familyOf(guid) {
  const states = [];
  const guids = [guid];
  for (let i = 0; i < guids.length; i++) {
    const { data } = await command(server, 'GetProcessInstanceStateCommand', { instanceGuid: guids[i] });
    states.push(data);
    const others = [data.run?.nextInstanceGuid, ...data.children.map((/** @type {any} */ child) => child.instanceGuid)];
    guids.push(...others.filter((each) => each && !guids.includes(each)));
  }
  return states;
}

/** @param {Record<string, any>} attempt @param {number} since */
function tell({ run, attempt, outcome, errorMessage, decision, decisionReason, startedAt }, since) {
  const seconds = ((Date.parse(startedAt) - since) / 1_000).toFixed(3).padStart(8);
  const which = run ? `run ${run.number}, attempt ${attempt}` : `attempt ${attempt}`;
  const next = decision ? `  -> ${decision} (${decisionReason})` : '';
  process.stdout.write(`  t+${seconds} s  ${which}  ${outcome}  ${errorMessage ?? ''}${next}\n`);
}
