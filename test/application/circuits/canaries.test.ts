import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { beginCohort, freshCircuit } from '../../../src/application/circuits/circuit.js';
import { CloseCircuitCommand } from '../../../src/application/circuits/close-circuit/close-circuit.command.js';
import { GetCircuitsQuery } from '../../../src/application/circuits/get-circuits/get-circuits.command.js';
import { OpenCircuitCommand } from '../../../src/application/circuits/open-circuit/open-circuit.command.js';
import { CircuitBreakers, CircuitStore } from '../../../src/application/ports/circuits.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { CancelProcessInstanceCommand } from '../../../src/application/process-instances/cancel-process-instance/cancel-process-instance.command.js';
import { GetProcessInstanceStateCommand } from '../../../src/application/process-instances/get-process-instance-state/get-process-instance-state.command.js';
import { PauseProcessInstanceCommand } from '../../../src/application/process-instances/pause-process-instance/pause-process-instance.command.js';
import { ResumeProcessInstanceCommand } from '../../../src/application/process-instances/resume-process-instance/resume-process-instance.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { ConnectorRegistry } from '../../../src/connectors/connector-registry.js';
import type { AttemptOutcome } from '../../../src/connectors/connector.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest } from '../support/application-under-test.js';
import { modelOf, processOf } from '../support/models.js';

jest.setTimeout(60_000);

/** Less than a cohort waits for what has not come back. */
const AT_ONCE_MS = 8_000;
const DEAD = 'https://dead.example';
const BACKUP = 'https://backup.example';
const SUCCEEDS: AttemptOutcome = { kind: 'completed', result: null };
const FAILS: AttemptOutcome = { kind: 'failed', code: 'HTTP_503', message: 'Service unavailable' };

let database: TestDatabase;
let app: ApplicationUnderTest;
/** Where calls go, and what becomes of them. */
let endpoint: string;
let deed: (signal: AbortSignal) => AttemptOutcome | Promise<AttemptOutcome>;
let calls: { readonly guid: string; readonly to: string }[];

const calling = (attributes: string): { id: string; xml: string } => ({
  id: 'Task',
  xml: `<bpmn:serviceTask id="Task" name="Task"><bpmn:extensionElements><custom:properties><custom:property name="ConnectorKey" value="calling"/></custom:properties>
    <reprise:retryPolicy xmlns:reprise="http://reprise.dev/schema/bpmn/1.0" ${attributes}/></bpmn:extensionElements></bpmn:serviceTask>`,
});

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  app.get(ConnectorRegistry).register({
    type: 'calling',
    circuitOf: () => endpoint,
    execute: ({ instanceGuid: guid }, signal) => {
      calls.push({ guid, to: endpoint });
      return Promise.resolve(deed(signal));
    },
  });
  for (const [key, task] of [
    ['retried', calling('attempts="unlimited" delays="PT0.2S"')],
    ['parked', calling('attempts="1" onExhausted="park"')],
  ] as const)
    await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf(key, key, task)) });
});
beforeEach(async () => {
  await eventually(() => expect(app.get(CircuitBreakers).isHolding).toBe(false));
  endpoint = DEAD;
  deed = () => SUCCEEDS;
  calls = [];
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

async function start(processKey: string, waitMs = 0): Promise<string> {
  const answer = await app.ask(StartProcessInstanceCommand, { processKey, waitMs });
  return (answer.data as { instanceGuid: string }).instanceGuid;
}

/** Instances whose attempt is held, the oldest first. */
async function hold(count: number): Promise<string[]> {
  const guids: string[] = [];
  for (let held = 1; held <= count; held++) {
    guids.push(await start('retried'));
    await eventually(async () => expect(await app.get(CircuitStore).counts()).toMatchObject({ held }));
  }
  return guids;
}

async function statesOf(guids: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(guids.map((instanceGuid) => app.ask(GetProcessInstanceStateCommand, { instanceGuid })));
  return answers.map(({ data }) => (data as { status: string }).status);
}

const pauseAll = (guids: readonly string[]): Promise<unknown> =>
  Promise.all(guids.map((instanceGuid) => app.ask(PauseProcessInstanceCommand, { instanceGuid })));
const resumeAll = (guids: readonly string[]): Promise<unknown> =>
  Promise.all(guids.map((instanceGuid) => app.ask(ResumeProcessInstanceCommand, { instanceGuid })));

async function eventually(check: () => Promise<void> | void, withinMs = AT_ONCE_MS): Promise<void> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
const allAre = (guids: readonly string[], status: string): Promise<void> =>
  eventually(async () => expect(new Set(await statesOf(guids))).toEqual(new Set([status])));

async function isClosed(): Promise<void> {
  const { data } = await app.ask(GetCircuitsQuery, { includeClosed: true });
  expect(data).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ circuit: DEAD, state: 'closed' })]) });
}
const open = (): Promise<unknown> => app.ask(OpenCircuitCommand, { circuit: DEAD });
const close = (): Promise<unknown> => app.ask(CloseCircuitCommand, { circuit: DEAD });

describe('a canary is replaced at once', () => {
  test('that goes elsewhere, and the circuit of which nothing is known is on trial', async () => {
    await open();
    const guids = await hold(10);
    endpoint = BACKUP;

    await close();

    await allAre(guids, 'completed');
    expect(new Set(calls.map(({ to }) => to))).toEqual(new Set([BACKUP]));
    await eventually(isClosed);
    expect(await app.get(CircuitStore).overview('acme')).toMatchObject([{ circuit: DEAD, status: { onTrial: true } }]);
  });

  test('that is cancelled', async () => {
    deed = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(FAILS)));
    await open();
    const guids = await hold(10);
    await close();
    await eventually(() => expect(calls).toHaveLength(6));
    const canaries = calls.map(({ guid }) => guid);
    deed = () => SUCCEEDS;

    await Promise.all(canaries.map((instanceGuid) => app.ask(CancelProcessInstanceCommand, { instanceGuid, mode: 'terminate' })));

    await allAre(
      guids.filter((guid) => !canaries.includes(guid)),
      'completed',
    );
  });

  test('that was paused before its attempt began', async () => {
    const key = { tenantId: 'acme', circuit: DEAD };
    const store = app.get(CircuitStore);
    await open();
    const guids = await hold(8);
    const canaries = guids.slice(0, 3);
    await pauseAll(canaries);

    await store.change(
      key,
      (circuit, now) => beginCohort(circuit ?? freshCircuit(now, app.get(CircuitBreakers).settings), canaries.length, now),
      () => [],
    );
    await store.releaseHeld(key, canaries.length, true);

    await allAre(guids.slice(canaries.length), 'completed');
    await resumeAll(canaries);
    await allAre(canaries, 'completed');
  });
});

describe('what a circuit holds of a paused instance', () => {
  test('keeps nobody else waiting, and goes on at its resume when the circuit has closed', async () => {
    await open();
    const guids = await hold(12);
    const paused = guids.slice(0, 8);
    await pauseAll(paused);

    await close();

    await allAre(guids.slice(8), 'completed');
    await eventually(isClosed);
    expect(calls).toHaveLength(4);
    await resumeAll(paused);
    await allAre(paused, 'completed');
    expect(calls).toHaveLength(12);
  });

  test('is held on when it is resumed while the circuit is open', async () => {
    await open();
    const guids = await hold(2);
    await pauseAll(guids);
    await resumeAll(guids);
    expect(await app.get(CircuitStore).counts()).toMatchObject({ held: 2 });

    await close();

    await allAre(guids, 'completed');
    expect(calls).toHaveLength(2);
  });

  test('is held again where the circuit had closed and has opened before the resume', async () => {
    await open();
    const guids = await hold(2);
    await pauseAll(guids);
    await close();
    await eventually(async () => expect(await app.get(CircuitStore).counts()).toEqual({ open: 0, held: 0 }));
    await open();

    await resumeAll(guids);

    await eventually(async () => expect(await app.get(CircuitStore).counts()).toEqual({ open: 1, held: 2 }));
    expect(calls).toHaveLength(0);
    await close();
    await allAre(guids, 'completed');
  });
});

describe('an incident that is parked, of a paused instance', () => {
  test.each(['after', 'before'])('is released when its circuit closes, and goes on when it is resumed %s that', async (when) => {
    deed = () => FAILS;
    const guids = [await start('parked', 5_000), await start('parked', 5_000)];
    expect(await statesOf(guids)).toEqual(['error', 'error']);
    deed = () => SUCCEEDS;
    calls = [];
    await open();
    await pauseAll(guids);
    const [first = ''] = guids;
    if (when === 'before') await resumeAll(guids);

    await close();
    await eventually(isClosed);
    if (when === 'after') {
      await eventually(async () => expect(await app.get(CircuitStore).overview('acme')).toMatchObject([{ parked: 0 }]));
      expect(calls).toEqual([]);
      expect(await statesOf([first])).toEqual(['paused']);
      await resumeAll(guids);
    }

    await allAre(guids, 'completed');
    expect(calls).toHaveLength(2);
  });
});
