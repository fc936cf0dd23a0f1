import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { flow, httpTask, model, properties, scriptTask, sequence, timer, userTask, type Element } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let service: TestService;
let admin: ApiClient;

const call = (processKey: string, more: Readonly<Record<string, string>> = {}): Element => ({
  id: 'Call',
  xml: `<bpmn:callActivity id="Call" name="Call" calledElement="${processKey}">${properties(more)}</bpmn:callActivity>`,
});

/** A call with a boundary event, which leads to an end of its own. */
function withBoundary(processId: string, processKey: string, definition: string): string {
  return model(
    processId,
    `<bpmn:startEvent id="StartEvent" />${call(processKey).xml}<bpmn:endEvent id="EndEvent" />
     <bpmn:boundaryEvent id="Boundary" attachedToRef="Call">${definition}</bpmn:boundaryEvent><bpmn:endEvent id="End_Boundary" />
     ${flow('f1', 'StartEvent', 'Call')}${flow('f2', 'Call', 'EndEvent')}${flow('f3', 'Boundary', 'End_Boundary')}`,
  ).replace('<bpmn:process', '<bpmn:error id="Err" errorCode="REFUSED" name="It is refused" /><bpmn:process');
}

/** A process that ends by an error. */
function endingByError(processId: string): string {
  return model(
    processId,
    `<bpmn:startEvent id="StartEvent" /><bpmn:endEvent id="End_Error"><bpmn:errorEventDefinition errorRef="Err" /></bpmn:endEvent>
     ${flow('f1', 'StartEvent', 'End_Error')}`,
  ).replace('<bpmn:process', '<bpmn:error id="Err" errorCode="REFUSED" name="It is refused" /><bpmn:process');
}

const childrenOf = (state: WireAnswer): readonly Data[] => (state.data?.['children'] ?? []) as readonly Data[];
const childOf = async (guid: string): Promise<string> => String(childrenOf(await admin.state(guid)).at(-1)?.['instanceGuid']);
const startParent = (processKey: string, variables: object = {}): Promise<WireAnswer> =>
  admin.cmd('StartProcessInstanceCommand', { processKey, variables: { serviceUrl: service.url, ...variables } });

beforeAll(async () => {
  [server, service] = await Promise.all([
    startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_BREAKER: 'false' }),
    new TestService().start(),
  ]);
  admin = server.admin;
  await admin.deploy(sequence('add', scriptTask('Add', 'return context.a + context.b;', { ResultVariable: 'sum' })));
  await admin.deploy(sequence('ask', userTask('Ask', 'Ask')));
  await admin.deploy(sequence('fetch', httpTask('Fetch', 'Fetch')));
  await admin.deploy(endingByError('refuse'));
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => service.answers(succeeding()));

describe('a call activity', () => {
  it('runs the other process as an instance of its own and goes on with its result', async () => {
    await admin.deploy(sequence('adding', call('add'), scriptTask('After', 'return context.lastSubprocessResult.sum * 10;')));

    const started = await startParent('adding', { a: 1, b: 2 });

    const guid = String(field(started, 'instanceGuid'));
    expect(started.data).toMatchObject({
      status: 'completed',
      state: { completedTasks: ['StartEvent', 'Call', 'After', 'EndEvent'] },
    });
    expect(field(started, 'state.variables')).toMatchObject({ After_result: 30, lastSubprocessResult: { sum: 3 } });
    expect(childrenOf(started)).toEqual([
      { instanceGuid: `${guid}~2`, taskId: 'Call', elementInstanceId: 2, status: 'completed' },
    ]);
    expect((await admin.state(`${guid}~2`)).data).toMatchObject({
      processKey: 'add',
      status: 'completed',
      parent: { instanceGuid: guid, taskId: 'Call' },
      run: null,
    });
  });

  it('does not wrap the result of the call before it into its own', async () => {
    const second = call('add');
    await admin.deploy(sequence('adding-twice', call('add'), { id: 'Again', xml: second.xml.replaceAll('"Call"', '"Again"') }));

    const started = await startParent('adding-twice', { a: 1, b: 2 });

    expect(field(started, 'state.variables.lastSubprocessResult')).toMatchObject({ sum: 3 });
    expect(field(started, 'state.variables.lastSubprocessResult.lastSubprocessResult')).toBeUndefined();
  });

  it('with mappings hands in and takes back just what they say', async () => {
    const mappings = { InputMapping: '{"a":"${x}","b":40}', OutputMapping: '{"total":"sum"}' };
    await admin.deploy(sequence('mapped', call('add', mappings)));

    const started = await startParent('mapped', { x: 2 });

    expect(field(started, 'state.variables')).toEqual({ serviceUrl: service.url, x: 2, total: 42 });
    const child = await admin.state(await childOf(String(field(started, 'instanceGuid'))));
    expect(field(child, 'state.variables')).toEqual({ a: 2, b: 40, sum: 42 });
  });

  it('answers the start when the child waits for a person, and goes on when they have acted', async () => {
    await admin.deploy(sequence('asking', call('ask')));
    const before = performance.now();

    const started = await startParent('asking');

    expect(performance.now() - before).toBeLessThan(5_000);
    const guid = String(field(started, 'instanceGuid'));
    expect(started.data).toMatchObject({ status: 'running', currentActivityId: 'Call', children: [{ status: 'waiting' }] });
    await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: await childOf(guid), action: 'approve' });
    const completed = await admin.reaches(guid, 'completed');
    expect(field(completed, 'state.variables.lastSubprocessResult')).toMatchObject({ lastUserAction: 'approve' });
  });

  it('waits while its child stands in error, and goes on when that has been repaired', async () => {
    await admin.deploy(sequence('fetching', call('fetch')));
    service.answers(failing());
    const started = await startParent('fetching');
    const guid = String(field(started, 'instanceGuid'));
    expect(started.data).toMatchObject({ status: 'running', children: [{ status: 'error' }] });

    service.answers(succeeding());
    const retried = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: await childOf(guid) });

    expect(retried).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
    await admin.reaches(guid, 'completed');
  });

  it('of a process that is not there is a failure; deployed meanwhile, a retry calls it', async () => {
    await admin.deploy(sequence('early', call('late', { OutputMapping: '{"sum":"sum"}' })));
    const started = await startParent('early', { a: 1, b: 1 });
    const guid = String(field(started, 'instanceGuid'));
    const failed = await admin.reaches(guid, 'error');
    expect(failed.data).toMatchObject({ error: { taskId: 'Call', errorCode: 'CALLED_PROCESS_NOT_FOUND', attemptNumber: 1 } });
    await admin.deploy(sequence('late', scriptTask('Add', 'return context.a + context.b;', { ResultVariable: 'sum' })));

    const retried = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });

    expect(retried).toMatchObject({ isSuccessful: true, message: 'Task retry started.', data: { result: { waiting: true } } });
    const completed = await admin.reaches(guid, 'completed');
    expect(field(completed, 'state.variables.sum')).toBe(2);
  });

  it('that calls its own process without end stops 32 deep, with a failure that can be decided', async () => {
    await admin.deploy(sequence('endless', call('endless')));
    const guid = await admin.start('endless', {}, { waitMs: 0 });
    const deepest = Array.from({ length: 32 }, () => '~2').join('');

    const failed = await admin.reaches(guid + deepest, 'error');

    expect(failed.data).toMatchObject({ error: { errorCode: 'CALLS_TOO_DEEP' } });
    await admin.cmd('SkipFailedTaskCommand', { instanceGuid: guid + deepest });
    await admin.reaches(guid, 'completed');
  });

  it('in the notations of Camunda 7 and 8 hands variables in and out as those do', async () => {
    const notation = (id: string, attributes: string, content: string): string =>
      sequence(id, {
        id: 'Call',
        xml: `<bpmn:callActivity id="Call" ${attributes}><bpmn:extensionElements>${content}</bpmn:extensionElements></bpmn:callActivity>`,
      });
    await admin.deploy(notation('c8', '', '<zeebe:calledElement processId="=&quot;a&quot; + &quot;dd&quot;" />'));
    await admin.deploy(notation('c8-none', '', '<zeebe:calledElement processId="add" propagateAllChildVariables="false" />'));
    await admin.deploy(
      notation(
        'c7',
        'calledElement="${called}"',
        '<camunda:in source="x" target="a" /><camunda:in sourceExpression="${x * 2}" target="b" /><camunda:out source="sum" target="total" />',
      ),
    );

    const [c8, none, c7] = await Promise.all([
      startParent('c8', { a: 1, b: 2 }),
      startParent('c8-none', { a: 1, b: 2 }),
      startParent('c7', { x: 5, called: 'add' }),
    ]);

    expect(field(c8, 'state.variables')).toEqual({ serviceUrl: service.url, a: 1, b: 2, sum: 3 });
    expect(field(none, 'state.variables')).toEqual({ serviceUrl: service.url, a: 1, b: 2 });
    expect(field(c7, 'state.variables')).toEqual({ serviceUrl: service.url, x: 5, called: 'add', total: 15 });
  });
});

describe('an error of a child', () => {
  it('that ends it is caught by the boundary event of its call activity', async () => {
    await admin.deploy(withBoundary('catching', 'refuse', '<bpmn:errorEventDefinition errorRef="Err" />'));

    const started = await startParent('catching');

    expect(started.data).toMatchObject({
      status: 'completed',
      state: {
        completedTasks: ['StartEvent', 'Boundary', 'End_Boundary'],
        variables: { _lastError: { errorCode: 'REFUSED', errorMessage: 'It is refused' } },
      },
    });
    const child = await admin.state(await childOf(String(field(started, 'instanceGuid'))));
    expect(child.data).toMatchObject({ status: 'cancelled', ending: { because: 'error', errorCode: 'REFUSED' } });
  });

  it('that its caller would catch ends it wherever it is thrown', async () => {
    await admin.deploy(
      sequence('throw', scriptTask('Throw', "throw new BpmnError('REFUSED', 'no')"), userTask('Never', 'Never')),
    );
    await admin.deploy(withBoundary('catching-thrown', 'throw', '<bpmn:errorEventDefinition errorRef="Err" />'));
    await admin.deploy(sequence('not-catching', call('throw')));

    expect((await startParent('catching-thrown')).data).toMatchObject({ status: 'completed', currentActivityId: null });
    expect((await startParent('not-catching')).data).toMatchObject({ status: 'running', children: [{ status: 'error' }] });
  });

  it('that nobody catches fails the call activity; its retry starts another run of the child, linked to the failed one', async () => {
    await admin.deploy(sequence('failing', call('choose')));
    await admin.deploy(endingByError('choose'));
    const started = await startParent('failing');
    const guid = String(field(started, 'instanceGuid'));
    expect(started.data).toMatchObject({
      status: 'error',
      error: { taskId: 'Call', errorCode: 'REFUSED', errorKind: 'business' },
    });
    const definition = await admin.cmd('GetProcessDefinitionListQuery', { searchText: 'choose' });
    const { id } = (field(definition, 'items') as { id: number }[])[0] ?? { id: 0 };
    await admin.cmd('UpdateProcessDefinitionCommand', { id, bpmnXml: sequence('choose', userTask('Ask', 'Ask')) });

    await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid });

    const second = await admin.reaches(`${guid}~2~run2`, 'waiting');
    expect(second.data).toMatchObject({ run: { number: 2, previousInstanceGuid: `${guid}~2`, delayMs: 0 } });
    await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: `${guid}~2~run2`, action: 'approve' });
    await admin.reaches(guid, 'completed');
  });
});

describe('a cancel', () => {
  it('of a parent cancels its children and theirs', async () => {
    await admin.deploy(sequence('middle', call('ask')));
    await admin.deploy(sequence('top', call('middle')));
    const guid = String(field(await startParent('top'), 'instanceGuid'));
    const middle = await childOf(guid);
    const bottom = await childOf(middle);

    const cancelled = await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid, reason: 'not needed' });

    expect(cancelled.data).toMatchObject({ status: 'cancelled', cancelledChildren: [middle] });
    await admin.reaches(middle, 'cancelled');
    await admin.reaches(bottom, 'cancelled');
  });

  it('of a child fails its call activity, which can be skipped', async () => {
    const guid = String(field(await startParent('asking'), 'instanceGuid'));

    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: await childOf(guid) });

    expect((await admin.reaches(guid, 'error')).data).toMatchObject({ error: { taskId: 'Call', errorCode: 'CHILD_CANCELLED' } });
    const skipped = await admin.cmd('SkipFailedTaskCommand', { instanceGuid: guid });
    expect(skipped.data).toMatchObject({ status: 'completed', state: { skippedTasks: ['Call'] } });
  });

  it('comes to the child of a call activity that a boundary event interrupts', async () => {
    await admin.deploy(withBoundary('timed', 'ask', timer('timeDuration', 'PT1H')));
    const guid = String(field(await startParent('timed'), 'instanceGuid'));
    const child = await childOf(guid);

    await admin.cmd('AdvanceClockCommand', { by: 'PT1H' });

    expect((await admin.state(guid)).data).toMatchObject({ status: 'completed', currentActivityId: null });
    expect((await admin.state(child)).data).toMatchObject({ status: 'cancelled' });
  });
});

describe('a paused parent', () => {
  it('leaves its child alone, and takes its end when it is resumed', async () => {
    const guid = String(field(await startParent('asking'), 'instanceGuid'));
    const child = await childOf(guid);
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid });

    await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: child, action: 'approve' });
    await admin.cmd('AdvanceClockCommand', { by: 'PT0S' });

    expect((await admin.state(guid)).data).toMatchObject({ status: 'paused', children: [{ status: 'completed' }] });
    const resumed = await admin.cmd('ResumeProcessInstanceCommand', { instanceGuid: guid });
    expect(resumed.data).toMatchObject({ status: 'completed' });
  });
});

it('a bundle names the processes that a definition calls', async () => {
  const list = await admin.cmd('GetProcessDefinitionListQuery', { searchText: 'asking' });
  const { id } = (field(list, 'items') as { id: number }[])[0] ?? { id: 0 };
  const bundle = await admin.cmd('GetProcessBundleQuery', { processDefinitionId: id, includeRelatedDefinitions: true });
  expect(bundle.data).toMatchObject({
    processDefinition: { elementCounts: { callActivities: 1 } },
    relatedDefinitions: [{ processKey: 'ask' }],
  });
});

it('names of children cannot be taken by clients', async () => {
  const refused = await admin.cmd('StartProcessInstanceCommand', { processKey: 'add', instanceGuid: 'mine~2' });
  expect(refused).toMatchObject({ httpStatus: 400, data: { errors: [{ field: 'data.instanceGuid' }] } });
});
