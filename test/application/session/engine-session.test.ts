import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditStore } from '../../../src/application/ports/stores.js';
import { PublishMessageCommand } from '../../../src/application/messages/publish-message/publish-message.command.js';
import { CreateProcessDefinitionCommand } from '../../../src/application/process-definitions/create-process-definition/create-process-definition.command.js';
import { CancelProcessInstanceCommand } from '../../../src/application/process-instances/cancel-process-instance/cancel-process-instance.command.js';
import { GetProcessInstanceStateCommand } from '../../../src/application/process-instances/get-process-instance-state/get-process-instance-state.command.js';
import { SetProcessVariablesCommand } from '../../../src/application/process-instances/set-process-variables/set-process-variables.command.js';
import { StartProcessInstanceCommand } from '../../../src/application/process-instances/start-process-instance/start-process-instance.command.js';
import { EngineSession } from '../../../src/application/session/engine-session.js';
import { RetryFailedTaskCommand } from '../../../src/application/tasks/retry-failed-task/retry-failed-task.command.js';
import { SignalProcessInstanceCommand } from '../../../src/application/tasks/signal-process-instance/signal-process-instance.command.js';
import type { Answer } from '../../../src/contract/answer.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';
import { modelOf, outsideTask, processOf, receiveTask, userTask } from '../support/models.js';

let database: TestDatabase;
/** Two server processes on one database. */
let app: ApplicationUnderTest;
let other: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
  other = await ApplicationUnderTest.start(database.url);
  const models = [
    processOf('work', 'work', outsideTask('Work')),
    processOf('approval', 'approval', userTask('First'), userTask('Second')),
    processOf('payment', 'payment', receiveTask('Payment', 'paid', 'order')),
  ];
  for (const each of models) {
    const answer = await app.ask(CreateProcessDefinitionCommand, { bpmnXml: modelOf(each) });
    expect(answer).toMatchObject({ isSuccessful: true });
  }
});
afterAll(async () => {
  await app.stop();
  await other.stop();
  await database.drop();
});

const start = (server: ApplicationUnderTest, processKey: string, instanceGuid: string, more = {}): Promise<Answer> =>
  server.ask(StartProcessInstanceCommand, { processKey, instanceGuid, ...more });

const stateOf = (instanceGuid: string): Promise<Answer> => app.ask(GetProcessInstanceStateCommand, { instanceGuid });

describe('two commands on one instance', () => {
  test('twenty simultaneous retries execute the task once', async () => {
    app.outside.task('Work', () => Promise.reject(new Error('503 Service Unavailable')));
    expect(await start(app, 'work', 'retried')).toMatchObject({ isSuccessful: true, data: { status: 'error' } });
    app.outside.attempts.length = 0;
    app.outside.task('Work', () => 'done');
    const retries = Array.from({ length: 20 }, () => app.ask(RetryFailedTaskCommand, { instanceGuid: 'retried' }));
    const answers = await Promise.all(retries);
    expect(answers.filter(({ isSuccessful }) => isSuccessful)).toHaveLength(1);
    expect(app.outside.attempts).toEqual(['Work']);
    for (const refused of answers.filter(({ isSuccessful }) => !isSuccessful)) {
      expect(refused.message).toMatch(/^Process instance is not in error state\. Current state: (running|completed)$/);
    }
    const { items } = await app.get(AuditStore).query('acme', { instanceGuid: 'retried', action: ['RetryFailedTask'] }, 50, null);
    expect(items.filter(({ outcome }) => outcome === 'refused')).toHaveLength(19);
  });

  test('another process moved the instance: what is remembered of it here neither wins nor refuses', async () => {
    await start(app, 'approval', 'moved');
    await other.ask(SignalProcessInstanceCommand, { instanceGuid: 'moved', taskId: 'First' });
    // Remembered here: it waits at First.
    const refused = await app.ask(SignalProcessInstanceCommand, { instanceGuid: 'moved', taskId: 'First' });
    expect(refused).toMatchObject({ isSuccessful: false, data: { waitingTasks: ['Second'] } });
    await other.ask(SetProcessVariablesCommand, { instanceGuid: 'moved', variables: { by: 'other' } });
    const done = await app.ask(SignalProcessInstanceCommand, { instanceGuid: 'moved', taskId: 'Second' });
    expect(done).toMatchObject({ isSuccessful: true, data: { status: 'completed', state: { variables: { by: 'other' } } } });
  });

  test('commands of two processes on one instance are all done, one after the other', async () => {
    await start(app, 'approval', 'contended');
    const commands = Array.from({ length: 24 }, (_, i) =>
      (i % 2 === 0 ? app : other).ask(SetProcessVariablesCommand, { instanceGuid: 'contended', variables: { [`v${i}`]: i } }),
    );
    for (const answer of await Promise.all(commands)) expect(answer.isSuccessful).toBe(true);
    const { state } = (await stateOf('contended')).data as { state: { variables: Record<string, number> } };
    expect(Object.keys(state.variables)).toHaveLength(24);
  });
});

describe('commands in one commit', () => {
  test('a start that comes twice is one start, and its neighbours are started all the same', async () => {
    await start(other, 'approval', 'twice');
    const guids = ['twice', ...Array.from({ length: 30 }, (_, i) => `neighbour-${i}`)];
    const answers = await Promise.all(guids.map((guid) => start(app, 'approval', guid)));
    expect(answers.map(({ message }) => message)).toEqual(guids.map(() => 'Process instance started successfully.'));
    expect(answers.map(({ data }) => (data as { alreadyStarted?: boolean }).alreadyStarted ?? false)).toEqual(
      guids.map((guid) => guid === 'twice'),
    );
  });

  test('a refusal that cannot be recorded fails nobody else', async () => {
    await Promise.all(['sane', 'insane'].map((guid) => start(app, 'approval', guid)));
    // A detail that no JSON can hold.
    const broken = { huge: 1n };
    const session = app.get(EngineSession);
    const origin = { action: 'Test', comment: null, claimedBy: null, caller: callerOf(), receivedAt: Date.now() };
    const nobody = {
      type: 'retry-failed-task',
      taskId: null,
      updatedVariables: null,
      keepVariables: 'always',
      attempts: 'keep',
    } as const;
    const command = { ...nobody, expectedVersion: null, correlationId: null };
    const target = (guid: string): { tenantId: string; guid: string } => ({ tenantId: 'acme', guid });
    const results = await Promise.allSettled([
      session.apply(target('insane'), command, { origin: { ...origin, detail: broken } }),
      session.apply(target('sane'), command, { origin: { ...origin, detail: null } }),
      start(app, 'approval', 'beside'),
    ]);
    expect(results[0]).toMatchObject({ status: 'rejected' });
    expect(results[1]).toMatchObject({ status: 'fulfilled', value: { kind: 'rejected' } });
    expect(results[2]).toMatchObject({ status: 'fulfilled', value: { isSuccessful: true } });
  });

  test('a listener that fails harms neither the commands of the commit nor their effects', async () => {
    const stop = app.get(EngineSession).watch.onAny(() => {
      throw new Error('a bug');
    });
    app.outside.task('Work', () => 'done');
    const answers = await Promise.all(['heard-1', 'heard-2', 'heard-3'].map((guid) => start(app, 'work', guid)));
    stop();
    for (const answer of answers) expect(answer).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
  });

  test('an instance that cannot be read fails its own commands only', async () => {
    await Promise.all(['unreadable', 'readable'].map((guid) => start(app, 'approval', guid)));
    await database.execute(`UPDATE process_instance SET state = '{"schema": 999}' WHERE guid = 'unreadable'`);
    // The other process has neither in mind, and reads both together.
    const set = (guid: string): Promise<unknown> =>
      other
        .get(EngineSession)
        .apply({ tenantId: 'acme', guid }, { type: 'set-process-variables', variables: {}, expectedVersion: null });

    const [lost, fine] = await Promise.allSettled([set('unreadable'), set('readable')]);

    expect(lost).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('schema') } });
    expect(fine).toMatchObject({ status: 'fulfilled', value: { kind: 'done' } });
  });

  test('a definition that cannot be had fails its own instances only', async () => {
    const session = app.get(EngineSession);
    const header = {
      id: 1,
      tenantId: 'acme',
      definitionVersion: 1,
      processKey: 'gone',
      businessKey: null,
      contextTypeId: null,
      contextId: null,
      calledBy: null,
      startVariables: null,
      restartedFrom: null,
    };
    const gone = { ...header, guid: 'gone', definitionId: 999_999 };
    const command = {
      type: 'start-process-instance',
      guid: 'gone',
      variables: {},
      executionMode: 'Unsupervised',
      startEventId: null,
    } as const;
    const [lost, fine] = await Promise.allSettled([session.start(gone, command, {}), start(app, 'approval', 'fine')]);
    expect(lost).toMatchObject({ status: 'rejected' });
    expect(fine).toMatchObject({ status: 'fulfilled', value: { isSuccessful: true } });
  });
});

describe('messages', () => {
  test('a message published before anybody waits goes to the first who does, and to him only', async () => {
    const published = await app.ask(PublishMessageCommand, {
      name: 'paid',
      correlationKey: 'o-1',
      variables: { sum: 5 },
      timeToLiveMs: 60_000,
    });
    expect(published.data).toEqual({ correlated: [], buffered: true });
    const first = await endOf(start(app, 'payment', 'first', { variables: { order: 'o-1' } }));
    expect(first).toMatchObject({ data: { status: 'completed', state: { variables: { sum: 5 } } } });
    expect(await start(app, 'payment', 'second', { variables: { order: 'o-1' } })).toMatchObject({ data: { status: 'waiting' } });
  });

  test('a message for many who wait reaches each of them once', async () => {
    const guids = ['a', 'b', 'c'];
    for (const guid of guids) await start(app, 'payment', guid, { variables: { order: 'o-2' } });
    const answer = await app.ask(PublishMessageCommand, { name: 'paid', correlationKey: 'o-2', timeToLiveMs: 60_000 });
    expect((answer.data as { correlated: string[] }).correlated.sort()).toEqual(guids);
    for (const guid of guids) expect(await stateOf(guid)).toMatchObject({ data: { status: 'completed' } });
  });

  test('a message for an instance that was cancelled is kept for the next one', async () => {
    await start(app, 'payment', 'cancelled-first', { variables: { order: 'o-3' } });
    await app.ask(CancelProcessInstanceCommand, { instanceGuid: 'cancelled-first' });
    const published = await app.ask(PublishMessageCommand, { name: 'paid', correlationKey: 'o-3', timeToLiveMs: 60_000 });
    expect(published.data).toEqual({ correlated: [], buffered: true });
  });

  /** The state of the started instance when it has ended. */
  async function endOf(started: Promise<Answer>): Promise<Answer> {
    const session = app.get(EngineSession);
    const ended = new Promise<string>((resolve) => {
      const stop = session.watch.onAny((instance) => {
        if (instance.state.endedAt === null) return;
        stop();
        resolve(instance.header.guid);
      });
    });
    await started;
    return stateOf(await ended);
  }
});

describe('waiting for the outcome', () => {
  test('a retry whose task runs on answers after waitMs, and the attempt goes on', async () => {
    app.outside.task('Work', () => Promise.reject(new Error('503 Service Unavailable')));
    await start(app, 'work', 'slow');
    let finish: (value: string) => void = () => undefined;
    app.outside.task('Work', () => new Promise<string>((resolve) => (finish = resolve)));
    const answer = await app.ask(RetryFailedTaskCommand, { instanceGuid: 'slow', waitMs: 50 });
    expect(answer).toMatchObject({
      isSuccessful: true,
      message: 'Task retry started.',
      data: { status: 'running', result: { taskExecutionTime: null, waiting: true }, retriedTask: { previousAttempts: 1 } },
    });
    const ended = new Promise<void>((resolve) => {
      app.get(EngineSession).watch.onAny((instance) => {
        if (instance.header.guid === 'slow' && instance.state.endedAt !== null) resolve();
      });
    });
    finish('done');
    await ended;
    expect(await stateOf('slow')).toMatchObject({ data: { status: 'completed', errors: [] } });
  });

  test('a retry on another version is refused, and stands in the trail', async () => {
    app.outside.task('Work', () => Promise.reject(new Error('no')));
    await start(app, 'work', 'versioned');
    const answer = await app.ask(RetryFailedTaskCommand, { instanceGuid: 'versioned', onVersion: '2' });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '99', data: { currentStatus: 'error' } });
    const { items } = await app.get(AuditStore).query('acme', { instanceGuid: 'versioned' }, 1, null);
    expect(items[0]).toMatchObject({ action: 'RetryFailedTask', outcome: 'refused', detail: { onVersion: '2' } });
  });
});
