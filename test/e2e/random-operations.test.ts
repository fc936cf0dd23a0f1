import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field, type WireAnswer } from './support/api-client.js';
import { checkDatabase } from './support/check-database.js';
import { catchEvent, flow, fork, httpTask, model, receiveTask, scriptTask, sequence, timer, userTask } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';

jest.setTimeout(90_000);

/** `SEED=123` repeats the choices of a run, though not its timing; `RANDOM_SECONDS=300` looks longer. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));
const HALF_MS = Number(process.env['RANDOM_SECONDS'] ?? 12) * 500;
const CLIENTS = 8;

let database: TestDatabase;
let service: TestService;
let server: ProcessServer;

/** Numbers from 0 up to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const RETRIED = { Retries: '2', retryBackoff: '50' };
const MODELS = {
  'in-a-row': sequence('in-a-row', httpTask('A', 'A'), httpTask('B', 'B', RETRIED), userTask('U', 'U'), httpTask('C', 'C')),
  'side-by-side': fork('side-by-side', httpTask('A', 'A'), httpTask('B', 'B', RETRIED), userTask('U', 'U')),
  'waiting-for-much': sequence(
    'waiting-for-much',
    catchEvent('T', timer('timeDuration', 'PT0.2S')),
    receiveTask('R', 'Paid', '${order}'),
    scriptTask('S', 'if (context.bad) throw new Error("bad"); return 1'),
  ),
  'with-a-deadline': model(
    'with-a-deadline',
    `<bpmn:startEvent id="StartEvent" /><bpmn:subProcess id="Sub"><bpmn:startEvent id="s" />${httpTask('A', 'A').xml}${userTask('U', 'U').xml}
       <bpmn:endEvent id="e" />${flow('g1', 's', 'A')}${flow('g2', 'A', 'U')}${flow('g3', 'U', 'e')}</bpmn:subProcess>
     <bpmn:boundaryEvent id="Late" attachedToRef="Sub">${timer('timeDuration', 'PT1S')}</bpmn:boundaryEvent>
     <bpmn:boundaryEvent id="Again" attachedToRef="Sub" cancelActivity="false">${timer('timeCycle', 'R2/PT0.3S')}</bpmn:boundaryEvent>
     ${httpTask('B', 'B').xml}${httpTask('C', 'C').xml}<bpmn:endEvent id="EndEvent" /><bpmn:endEvent id="End_Late" /><bpmn:endEvent id="End_Again" />
     ${flow('f1', 'StartEvent', 'Sub')}${flow('f2', 'Sub', 'EndEvent')}${flow('f3', 'Late', 'B')}${flow('f4', 'B', 'End_Late')}
     ${flow('f5', 'Again', 'C')}${flow('f6', 'C', 'End_Again')}`,
  ),
};
const KEYS = Object.keys(MODELS);

const guids: string[] = [];

/** One random command, good or bad. */
function randomCommand(random: () => number, client: number): { readonly name: string; readonly data: object } {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const instanceGuid = pick(guids.slice(-40)) ?? 'nobody';
  const start = {
    name: 'StartProcessInstanceCommand',
    data: {
      processKey: pick(KEYS),
      instanceGuid: `${client}-${guids.length}-${Math.floor(random() * 1e6)}`,
      variables: { serviceUrl: service.url, order: pick(['1', '2', '3']), bad: random() < 0.3 },
      executionMode: random() < 0.2 ? 'Supervised' : 'Unsupervised',
      waitMs: pick([0, 0, 100]),
    },
  };
  const retry = {
    updatedVariables: pick([{ bad: false }, { x: random() }, { bad: true }]),
    keepVariables: pick(['always', 'onSuccess']),
    attempts: pick(['keep', 'reset']),
    waitMs: pick([0, 50, 300]),
    dryRun: random() < 0.1,
  };
  return pick([
    start,
    start,
    start,
    ...Array.from({ length: 4 }, () => ({ name: 'RetryFailedTaskCommand', data: { instanceGuid, ...retry } })),
    { name: 'RetryFailedTaskCommand', data: { instanceGuid, taskId: pick(['A', 'B', 'C', 'Z']), expectedVersion: pick([1, 5]) } },
    { name: 'RetryFailedTaskCommand', data: { instanceGuid: 7, updatedVariables: [], waitMs: -1 } },
    { name: 'SkipFailedTaskCommand', data: { instanceGuid, additionalData: { skipped: true }, waitMs: 0 } },
    { name: 'SkipFailedTaskCommand', data: { instanceGuid, toActivityId: 'Nowhere' } },
    { name: 'CancelProcessInstanceCommand', data: { instanceGuid, mode: pick(['graceful', 'terminate']) } },
    { name: 'PauseProcessInstanceCommand', data: { instanceGuid } },
    ...Array.from({ length: 2 }, () => ({ name: 'ResumeProcessInstanceCommand', data: { instanceGuid } })),
    ...Array.from({ length: 3 }, () => ({
      name: 'SignalProcessInstanceCommand',
      data: { instanceGuid, action: pick(['approve', 'x']) },
    })),
    { name: 'StepForwardCommand', data: { instanceGuid } },
    { name: 'StepForwardCommand', data: { instanceGuid } },
    { name: 'StepBackwardCommand', data: { instanceGuid } },
    { name: 'SetProcessVariablesCommand', data: { instanceGuid, variables: { [pick(['x', 'y', 'constructor'])]: random() } } },
    {
      name: 'PublishMessageCommand',
      data: { name: 'Paid', correlationKey: pick(['1', '2', '3']), timeToLiveMs: pick([0, 500]) },
    },
    { name: 'ReturnCallbackCommand', data: { correlationKey: pick(['1', '2', '3']), isFailed: random() < 0.5 } },
    { name: 'GetProcessInstanceStateCommand', data: { instanceGuid } },
    { name: 'NoSuchCommand', data: {} },
  ]);
}

const acknowledged = new Set<string>();
const wrong: string[] = [];
let isDown = false;
let answered = 0;

/** Sends commands until the time is over. What the server does not answer while it is down is nobody's fault. */
async function operate(client: number, until: number, random: () => number): Promise<void> {
  while (Date.now() < until) {
    const { name, data } = randomCommand(random, client);
    const sent = isDown;
    const answer = await server.admin.cmd(name, data).catch((error: unknown) => (isDown || sent ? null : String(error)));
    if (answer === null) await new Promise((resolve) => setTimeout(resolve, 50));
    else if (typeof answer === 'string') wrong.push(`${name}: ${answer}`);
    else judge(name, data, answer);
  }
}

function judge(name: string, data: object, answer: WireAnswer): void {
  answered++;
  if (answer.httpStatus !== 200 && answer.httpStatus !== 400) wrong.push(`${name} ${JSON.stringify(data)}: ${answer.text}`);
  if (name !== 'StartProcessInstanceCommand' || !answer.isSuccessful) return;
  const guid = String(answer.data?.['instanceGuid']);
  guids.push(guid);
  acknowledged.add(guid);
}

beforeAll(async () => {
  [database, service] = await Promise.all([createTestDatabase(), new TestService().start()]);
  server = await ProcessServer.start(database.url);
  for (const xml of Object.values(MODELS)) await server.admin.deploy(xml);
});

afterAll(async () => {
  await server?.kill();
  await service?.stop();
  await database?.drop();
});

it(`keeps its invariants under random commands, failures and a kill -9 (SEED=${SEED})`, async () => {
  const random = randomNumbers(SEED);
  service.answers((call, response) => {
    const dice = random();
    if (dice < 0.35) failing(random() < 0.5 ? 503 : 400)(call, response);
    else if (dice < 0.5) setTimeout(() => succeeding()(call, response), random() * 500);
    else if (dice < 0.53) response.destroy();
    else succeeding()(call, response);
  });
  const clients = (until: number): Promise<void>[] =>
    Array.from({ length: CLIENTS }, (_, client) => operate(client, until, randomNumbers(SEED + client + until)));

  const first = clients(Date.now() + HALF_MS);
  await new Promise((resolve) => setTimeout(resolve, HALF_MS * 0.9));
  isDown = true;
  await server.kill();
  await Promise.all(first);
  server = await ProcessServer.start(database.url);
  isDown = false;
  await Promise.all(clients(Date.now() + HALF_MS));
  await comeToRest();

  expect(wrong).toEqual([]);
  expect(answered).toBeGreaterThan(200);
  expect(await checkDatabase(database.url)).toEqual([]);
  for (const guid of acknowledged) expect((await server.admin.state(guid)).isSuccessful).toBe(true);
  expect((await server.admin.cmd('VerifyAuditTrailQuery')).data).toMatchObject({ valid: true, firstInvalid: null });
  expect(server.log).not.toContain('InvariantViolation');
});

/** Until nothing runs by itself any more: what is left waits for a person, a message, or is paused. */
async function comeToRest(): Promise<void> {
  service.answers(succeeding());
  for (;;) {
    const running = await server.admin.cmd('GetProcessInstanceListQuery', { status: ['running'], pageSize: 1 });
    if (field(running, 'totalRecords') === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
