import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type WireAnswer } from './support/api-client.js';
import { LOAN_MODELS } from './support/loan-models.js';
import { flow, httpTask, model, properties, scriptTask, sequence, userTask } from './support/models.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { HANDLERS, startTestServer, type TestServer } from './support/test-server.js';

const OWN_HANDLERS = fileURLToPath(new URL('./support/handlers.mjs', import.meta.url));

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  const env = { REPRISE_HANDLERS: `${HANDLERS},${OWN_HANDLERS}` };
  [server, service] = await Promise.all([startTestServer(env), new TestService().start()]);
  admin = server.admin;
  for (const { xml } of LOAN_MODELS) await admin.deploy(xml);
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => {
  service.calls.length = 0;
  service.answers(succeeding({ score: 720 }));
});

const start = (processKey: string, more: object = {}): Promise<WireAnswer> =>
  admin.cmd('StartProcessInstanceCommand', {
    processKey,
    variables: {
      serviceUrl: service.url,
      customerId: 'a/b ü',
      amount: 5000,
      apiKey: 'secret-1',
      tags: ['new', 1, null],
      ...more,
    },
  });

describe.each(LOAN_MODELS)('a loan process in the notation of $notation', ({ notation, processKey }) => {
  it('calls the service as the model says, and pays out at a low risk', async () => {
    const answer = await start(processKey);

    expect(answer.data).toMatchObject({
      status: 'completed',
      state: {
        variables: { credit: { score: 720 }, risk: 'low', paid: 5000, purposePaid: 'for a/b ü' },
        completedTasks: ['StartEvent', 'Task_Check', 'Task_Assess', 'Gateway', 'Task_Pay', 'EndEvent'],
      },
    });
    // An input mapping is seen by its task only.
    expect(answer.data).not.toHaveProperty('state.variables.purpose');
    const [call] = service.calls;
    expect(service.calls).toHaveLength(1);
    const path = notation === 'Camunda 8' ? '/score/a/b%20%C3%BC?purpose=a+loan' : '/score/a%2Fb%20%C3%BC?purpose=a%20loan';
    expect(call?.path).toBe(path);
    expect(call?.headers).toMatchObject({
      'x-api-key': 'secret-1',
      'x-fixed': 'a',
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^[\w-]+:\d+$/),
      'x-correlation-id': expect.any(String),
      ...(notation === 'Camunda 8' ? { authorization: 'Bearer secret-1' } : {}),
    });
    expect(JSON.parse(call?.body ?? '')).toEqual({
      customer: 'a/b ü',
      amount: 5000,
      tags: ['new', 1, null],
      note: 'loan of 5000',
    });
  });

  it('asks a person at a high risk, with the actions that the model declares', async () => {
    service.answers(succeeding({ score: 500 }));
    const answer = await start(processKey);
    expect(answer.data).toMatchObject({
      status: 'waiting',
      currentTask: { taskId: 'Task_Approve', taskType: 'UserTask' },
      nextActions: [{ action: 'approve' }, { action: 'reject' }],
      state: { variables: { risk: 'high' } },
    });
  });

  it('takes the error boundary event for a modelled error, and its handler sees the error', async () => {
    service.answers(succeeding({ score: 0 }));
    const answer = await start(processKey);
    expect(answer.data).toMatchObject({
      status: 'completed',
      state: { variables: { _lastError: { errorCode: 'NO_SCORE', errorMessage: 'no score for a/b ü' } } },
    });
    expect((field(answer, 'state.completedTasks') as string[]).slice(-3)).toEqual(['No_Score', 'Task_Manual', 'End_Manual']);
    expect(answer.data).not.toHaveProperty('state.variables.risk');
  });

  it('fails with the words of the service and its status, and goes on with a retry', async () => {
    service.answers(failing());
    const answer = await start(processKey);
    expect(answer.data).toMatchObject({
      status: 'error',
      error: {
        taskId: 'Task_Check',
        errorMessage: 'Credit bureau API still unavailable - 503 Service Unavailable',
        errorCode: 'HTTP_503',
      },
    });
    service.answers(succeeding({ score: 720 }));
    const instanceGuid = String(answer.data?.['instanceGuid']);
    const retried = await admin.cmd('RetryFailedTaskCommand', { instanceGuid, updatedVariables: { amount: 1 } });
    expect(retried.data).toMatchObject({ status: 'completed', state: { variables: { paid: 1 } } });
    const keys = new Set(service.calls.map((call) => call.headers['idempotency-key']));
    expect(keys.size).toBe(1);
  });
});

describe('results', () => {
  it('are { status, headers, body } in the notation of Camunda 8', async () => {
    const answer = await start('loan-camunda8');
    expect(field(answer, 'state.variables.answer')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { score: 720 },
    });
  });

  it('are the text and the status of the answer in the notation of Camunda 7', async () => {
    const answer = await start('loan-camunda7');
    expect(field(answer, 'state.variables')).toMatchObject({ creditText: '{"score":720}', httpStatus: 200 });
  });

  it('go to the variable of their kind where the model names none', async () => {
    await admin.deploy(
      sequence(
        'unnamed',
        {
          id: 'H',
          xml: `<bpmn:serviceTask id="H">${properties({ ConnectorKey: 'http', Endpoint: '${serviceUrl}/H' })}</bpmn:serviceTask>`,
        },
        {
          id: 'S',
          xml: '<bpmn:scriptTask id="S" scriptFormat="feel"><bpmn:script>lastServiceResult.score + 1</bpmn:script></bpmn:scriptTask>',
        },
        userTask('U', 'U'),
      ),
    );
    const started = await start('unnamed');
    const instanceGuid = String(started.data?.['instanceGuid']);
    const answer = await admin.cmd('SignalProcessInstanceCommand', {
      instanceGuid,
      action: 'approve',
      callbackData: { by: 'me' },
    });
    expect(field(answer, 'state.variables')).toMatchObject({
      lastServiceResult: { score: 720 },
      lastScriptResult: 721,
      lastUserTaskResult: { by: 'me', action: 'approve' },
    });
  });
});

describe('a condition', () => {
  it.each([
    ['in ${...}', '${amount > 100 && tags[0] == "new"}'],
    ['in FEEL', '=amount > 100 and tags[1] = "new"'],
    ['as a JavaScript expression', "context.amount > 100 && tags.includes('new')"],
    ['as a JavaScript body', 'for (const tag of context.tags) if (tag === "new") return amount > 100; return false;'],
  ])('%s chooses the way', async (what, condition) => {
    const processKey = `condition-${what.replaceAll(/\W+/g, '-')}`;
    await admin.deploy(
      model(
        processKey,
        `<bpmn:startEvent id="s" /><bpmn:exclusiveGateway id="g" default="no" /><bpmn:endEvent id="Much" /><bpmn:endEvent id="Little" />
         ${flow('f1', 's', 'g')}${flow('yes', 'g', 'Much', condition)}${flow('no', 'g', 'Little')}`,
      ),
    );
    expect(field(await start(processKey), 'state.completedTasks')).toEqual(['s', 'g', 'Much']);
    expect(field(await start(processKey, { amount: 1 }), 'state.completedTasks')).toEqual(['s', 'g', 'Little']);
  });

  it('of the gateway itself returns the name or the id of a flow; another answer is a failure that is skipped to a target', async () => {
    await admin.deploy(
      model(
        'gateway-script',
        `<bpmn:startEvent id="s" /><bpmn:exclusiveGateway id="g">${properties({ Condition: 'return context.way' })}</bpmn:exclusiveGateway>
         <bpmn:endEvent id="Left" /><bpmn:endEvent id="Right" />${flow('f1', 's', 'g')}
         ${flow('left', 'g', 'Left').replace('<bpmn:sequenceFlow', '<bpmn:sequenceFlow name="To the left"')}${flow('right', 'g', 'Right')}`,
      ),
    );
    expect(field(await start('gateway-script', { way: 'To the left' }), 'state.completedTasks')).toContain('Left');
    expect(field(await start('gateway-script', { way: 'right' }), 'state.completedTasks')).toContain('Right');
    const lost = await start('gateway-script', { way: 'up' });
    expect(lost.data).toMatchObject({ status: 'error', error: { taskId: 'g', errorCode: 'NO_FLOW_TAKEN' } });
    const instanceGuid = String(lost.data?.['instanceGuid']);
    expect(await admin.cmd('SkipFailedTaskCommand', { instanceGuid, toActivityId: 'Up' })).toMatchObject({
      isSuccessful: false,
      data: { allowed: ['Left', 'Right'] },
    });
    const skipped = await admin.cmd('SkipFailedTaskCommand', { instanceGuid, toActivityId: 'Right' });
    expect(skipped.data).toMatchObject({ status: 'completed' });
  });
});

describe('a model for several notations', () => {
  it('mixes them', async () => {
    await admin.deploy(
      sequence(
        'mixed',
        httpTask('A', 'A', { Headers: 'X-One: 1\nX-Two: ${apiKey}' }),
        { id: 'B', xml: '<bpmn:serviceTask id="B" camunda:type="external" camunda:topic="payOut" camunda:resultVariable="b" />' },
        scriptTask('C', 'return context.A_result.score + context.b.paid'),
      ),
    );
    expect(field(await start('mixed'), 'state.variables.C_result')).toBe(5720);
    expect(service.calls[0]?.headers).toMatchObject({ 'x-one': '1', 'x-two': 'secret-1' });
  });

  it('that names a type of work which this server does not have waits for a worker', async () => {
    await admin.cmd('CreateProcessDefinitionCommand', {
      bpmnXml: sequence('nobody', { id: 'B', xml: '<bpmn:serviceTask id="B" camunda:type="external" camunda:topic="nobody" />' }),
    });
    const answer = await start('nobody');
    expect(answer.data).toMatchObject({ status: 'running', activeActivities: [{ elementId: 'B', status: 'queued' }] });
  });
});
