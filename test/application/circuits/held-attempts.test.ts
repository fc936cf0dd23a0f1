import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CloseCircuitCommand } from '../../../src/application/circuits/close-circuit/close-circuit.command.js';
import { freshCircuit, forceOpen } from '../../../src/application/circuits/circuit.js';
import { OpenCircuitCommand } from '../../../src/application/circuits/open-circuit/open-circuit.command.js';
import { CircuitBreakers, CircuitStore } from '../../../src/application/ports/circuits.js';
import { StorageUnavailable } from '../../../src/application/ports/instance-store.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { GetProcessInstanceStateCommand } from '../../../src/application/process-instances/get-process-instance-state/get-process-instance-state.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { RetryFailedTaskCommand } from '../../../src/application/tasks/retry-failed-task/retry-failed-task.command.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest } from '../support/application-under-test.js';
import { modelOf, outsideTask, processOf } from '../support/models.js';

jest.setTimeout(60_000);

const CIRCUIT = 'task:outside';
const KEY = { tenantId: 'acme', circuit: CIRCUIT };

let database: TestDatabase;
let app: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  const once = withPolicy('attempts="1" onExhausted="error"');
  const again = withPolicy('attempts="unlimited" delays="PT0.3S"');
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf('outside', 'Outside', once)) });
  await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(processOf('again', 'Again', again)) });
});
beforeEach(async () => {
  while (app.get(CircuitBreakers).isHolding) await new Promise((resolve) => setTimeout(resolve, 20));
  app.outside.attempts.length = 0;
  app.outside.task('Task', () => null);
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

function withPolicy(attributes: string): { id: string; xml: string } {
  const { id, xml } = outsideTask('Task');
  const policy = `<reprise:retryPolicy xmlns:reprise="http://reprise.dev/schema/bpmn/1.0" ${attributes}/>`;
  return { id, xml: xml.replace('</bpmn:extensionElements>', `${policy}$&`) };
}

async function start(waitMs = 0, processKey = 'outside'): Promise<string> {
  const answer = await app.ask(StartProcessInstanceCommand, { processKey, waitMs });
  return (answer.data as { instanceGuid: string }).instanceGuid;
}
const stateOf = async (instanceGuid: string): Promise<Record<string, unknown>> =>
  (await app.ask(GetProcessInstanceStateCommand, { instanceGuid })).data as Record<string, unknown>;

const until = (instanceGuid: string, expected: object): Promise<void> =>
  eventually(async () => expect(await stateOf(instanceGuid)).toMatchObject(expected));

async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

describe('an attempt that is held back', () => {
  test('goes on although its circuit has closed before it was held: its server did not know yet', async () => {
    const { settings } = app.get(CircuitBreakers);
    app.get(CircuitBreakers).learn(KEY, forceOpen(freshCircuit(0, settings), 'as it was', null, 0));

    const guid = await start();

    await until(guid, { status: 'completed' });
    expect(app.outside.attempts).toEqual(['Task']);
  });
});

test('retries that cannot be put on hold, as the database is away for a moment, do not wait until their claim has run out', async () => {
  app.outside.task('Task', () => {
    throw new Error('Service unavailable');
  });
  const guid = await start(0, 'again');
  await until(guid, { retrying: {} });
  const store = app.get(CircuitStore);
  const hold = store.hold.bind(store);
  const refused = new Promise<void>((resolve) => {
    store.hold = () => {
      store.hold = hold;
      resolve();
      return Promise.reject(new StorageUnavailable('The database is away'));
    };
  });

  await app.ask(OpenCircuitCommand, { circuit: CIRCUIT });
  await refused;

  await eventually(async () => expect(await store.counts()).toEqual({ open: 1, held: 1 }));
  app.outside.task('Task', () => null);
  await app.ask(CloseCircuitCommand, { circuit: CIRCUIT });
  await until(guid, { status: 'completed' });
});

describe('a retry by hand while the circuit is open', () => {
  test('is held, and its answer says by what; it passes when it is asked to, and the circuit stays as it is', async () => {
    app.outside.task('Task', () => {
      throw new Error('Service unavailable');
    });
    const held = await start(10_000);
    const passing = await start(10_000);
    await app.ask(OpenCircuitCommand, { circuit: CIRCUIT });
    app.outside.task('Task', () => null);
    app.outside.attempts.length = 0;

    const answer = await app.ask(RetryFailedTaskCommand, { instanceGuid: held });
    const passed = await app.ask(RetryFailedTaskCommand, { instanceGuid: passing, ignoreCircuit: true });

    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task retry started.',
      data: { result: { message: expect.stringContaining(CIRCUIT), waiting: true }, retrying: { heldBy: CIRCUIT } },
    });
    expect(passed).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
    expect(app.outside.attempts).toEqual(['Task']);
    expect(await stateOf(held)).toMatchObject({ status: 'running', retrying: { taskId: 'Task', heldBy: CIRCUIT } });

    await app.ask(CloseCircuitCommand, { circuit: CIRCUIT });
    await until(held, { status: 'completed' });
  });
});
