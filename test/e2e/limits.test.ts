import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type Data, type WireAnswer } from './support/api-client.js';
import { catchEvent, flow, fork, handlerTask, httpTask, model, scriptTask, sequence, timer } from './support/models.js';
import { failing, succeeding, TestService, type Behaviour } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(30_000);

const MIB = 1024 * 1024;

let server: TestServer;
let service: TestService;
let admin: ApiClient;

beforeAll(async () => {
  const env = { REPRISE_BODY_LIMIT_BYTES: String(8 * MIB) };
  [server, service] = await Promise.all([startTestServer(env), new TestService().start()]);
  admin = server.admin;
  await admin.deploy(sequence('calling', httpTask('Task_1', 'One', { TimeoutMs: '700' })));
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
});

afterAll(async () => {
  await Promise.all([server?.close(), service?.stop()]);
});

beforeEach(() => service.answers(succeeding()));

const startWith = (processKey: string, variables: object): Promise<WireAnswer> =>
  admin.cmd('StartProcessInstanceCommand', { processKey, variables: { serviceUrl: service.url, ...variables } });
const guidOf = (answer: WireAnswer): string => String(answer.data?.['instanceGuid']);

/** JSON text as it stands, which an object of ours could not say. */
const answering =
  (json: string): Behaviour =>
  (_call, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(json);

const normal = (json: string): string => JSON.stringify(JSON.parse(json));

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}

/** Two timers that are due together; behind one of them an error is caught, which writes the variable `_lastError`. */
const soon = timer('timeDuration', 'PT0.2S');
const twoClocks = model(
  'two-clocks',
  `<bpmn:startEvent id="StartEvent" />${catchEvent('Good', soon).xml}<bpmn:endEvent id="AfterGood" />
   <bpmn:subProcess id="Sub"><bpmn:startEvent id="SubStart" />${catchEvent('Late', soon).xml}
     <bpmn:endEvent id="Thrown"><bpmn:errorEventDefinition errorRef="Error_1" /></bpmn:endEvent>
     ${flow('s1', 'SubStart', 'Late')}${flow('s2', 'Late', 'Thrown')}</bpmn:subProcess>
   <bpmn:boundaryEvent id="Caught" attachedToRef="Sub"><bpmn:errorEventDefinition /></bpmn:boundaryEvent>
   <bpmn:endEvent id="AfterSub" /><bpmn:endEvent id="AfterError" />
   ${flow('f1', 'StartEvent', 'Good')}${flow('f2', 'Good', 'AfterGood')}${flow('f3', 'StartEvent', 'Sub')}
   ${flow('f4', 'Sub', 'AfterSub')}${flow('f5', 'Caught', 'AfterError')}`,
).replace('<bpmn:process', '<bpmn:error id="Error_1" errorCode="BOOM" /><bpmn:process');

describe('variables over 4 MiB', () => {
  it('are refused by a start, which starts nothing', async () => {
    const answer = await admin.cmd('StartProcessInstanceCommand', {
      processKey: 'failing',
      instanceGuid: 'too-large',
      variables: { text: 'x'.repeat(4 * MIB) },
    });
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99', data: { maxBytes: 4 * MIB } });
    expect((await admin.state('too-large')).message).toBe("Process instance 'too-large' not found.");
  });

  it('are refused by a retry, which is audited and changes nothing', async () => {
    const guid = guidOf(await startWith('failing', { text: 'x'.repeat(3 * MIB) }));
    const answer = await admin.cmd('RetryFailedTaskCommand', {
      instanceGuid: guid,
      updatedVariables: { more: 'x'.repeat(MIB), ok: true },
    });
    expect(answer).toMatchObject({ isSuccessful: false, statusCode: '99', data: { currentStatus: 'error' } });
    expect((await admin.state(guid)).data).toMatchObject({ status: 'error', error: { attemptNumber: 1 } });
    expect((await admin.trail(guid)).at(-1)).toMatchObject({ action: 'RetryFailedTask', outcome: 'refused' });
  });

  it('by the result of a task are its failure, which smaller variables repair', async () => {
    service.answers(answering(JSON.stringify({ text: 'x'.repeat(MIB - 1_000) })));
    const started = await startWith('calling', { text: 'x'.repeat(3 * MIB + 500_000) });
    expect(started.data).toMatchObject({ status: 'error', error: { taskId: 'Task_1', errorCode: 'VARIABLES_TOO_LARGE' } });
    const retried = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guidOf(started), updatedVariables: { text: '' } });
    expect(retried).toMatchObject({ isSuccessful: true, data: { status: 'completed' } });
  });

  it('by what a retry policy writes are the failure of its task, which is not tried again by itself', async () => {
    const ladder =
      '<reprise:retryPolicy attempts="3" delays="PT0S"><reprise:ladder after="1"><reprise:set target="copy" value="=text" /></reprise:ladder></reprise:retryPolicy>';
    const task = handlerTask('Task_Fail', 'reprise:fail-unless');
    await admin.deploy(sequence('climbing', { ...task, xml: task.xml.replace('</bpmn:extensionElements>', `${ladder}$&`) }));

    const started = await startWith('climbing', { text: 'x'.repeat(3 * MIB) });

    expect(started.data).toMatchObject({
      status: 'error',
      error: { taskId: 'Task_Fail', errorCode: 'VARIABLES_TOO_LARGE', attemptNumber: 1 },
    });
    expect(field(started, 'state.variables.copy')).toBeUndefined();
  });

  it('by what a timer leads to are an incident of its event, and other timers that are due with it fire', async () => {
    await admin.deploy(twoClocks);
    const started = await startWith('two-clocks', { serviceUrl: '', text: 'x'.repeat(4 * MIB - 60) });

    const state = await admin.reaches(guidOf(started), 'error');

    expect(state.data).toMatchObject({ error: { taskId: 'Late', errorCode: 'VARIABLES_TOO_LARGE' } });
    expect(field(state, 'state.completedTasks')).toContain('AfterGood');
    await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guidOf(started), updatedVariables: { text: '' }, waitMs: 0 });
    expect(field(await admin.reaches(guidOf(started), 'completed'), 'state.completedTasks')).toContain('AfterError');
  });
});

describe('a body', () => {
  it('over the limit is refused with 413', async () => {
    const answer = await startWith('failing', { text: 'x'.repeat(8 * MIB) });
    expect(answer).toMatchObject({ httpStatus: 413, isSuccessful: false, statusCode: '413', data: null });
  });

  it('of depth 32 is taken, of depth 33 refused with the name of the field', async () => {
    const taken = await startWith('failing', nested(32) as object);
    expect(taken).toMatchObject({ isSuccessful: true, data: { state: { variables: nested(32) } } });
    const refused = await startWith('failing', nested(33) as object);
    expect(refused).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(JSON.stringify(field(refused, 'errors'))).toContain('32');
  });
});

describe('the result of a task', () => {
  it.each([
    ['every kind of character', 'value', '{"text":"é 漢 😀 \\u2028 \\u0007 \\"\\\\"}'],
    ['a NUL character', 'failure', '{"text":"a\\u0000b"}'],
    ['a NUL character in a key', 'failure', '{"a\\u0000b":1}'],
    ['a lone surrogate', 'failure', '{"text":"a\\ud800b"}'],
    ['a number beyond what is safe', 'text', '{"n":9007199254740993}'],
    ['a number beyond all', 'text', '{"n":1e999}'],
    ['a long decimal', 'text', '{"n":0.1234567890123456789}'],
    ['a forbidden name', 'failure', '{"__proto__":{"polluted":true}}'],
    ['too many levels', 'failure', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
  ])('with %s is a %s: stored without loss, or refused by a failure that says why', async (_what, how, json) => {
    service.answers(answering(json));
    const started = await startWith('calling', {});
    const state = await admin.state(guidOf(started));
    if (state.data?.['status'] === 'completed') {
      // Numbers that JavaScript would alter stay in their text.
      const stored = field(state, 'state.variables.Task_1_result');
      expect(typeof stored === 'string' ? stored : JSON.stringify(stored)).toBe(how === 'text' ? json : normal(json));
      expect(how).not.toBe('failure');
    } else {
      expect(how).toBe('failure');
      expect(state.data).toMatchObject({ status: 'error', error: { taskId: 'Task_1' } });
      expect(String(field(state, 'error.errorMessage'))).toMatch(/NUL|surrogate|__proto__|levels/);
    }
  });
});

describe('a script', () => {
  it.each([
    ['loops for ever', 'for (;;) {}', /timeout after 3000 ms/, '3000'],
    // With time enough on a busy machine to get to the limit that is meant.
    ['takes all memory', 'const all = []; for (;;) all.push(new Uint8Array(1000000))', /memory/i, '20000'],
    ['calls itself for ever', 'const f = () => f() + 1; return f()', /stack/i, '20000'],
  ])('that %s fails its task, and the server goes on meanwhile', async (what, script, reason, TimeoutMs) => {
    const key = what.replaceAll(' ', '-');
    await admin.deploy(sequence(key, scriptTask('Task_1', script, { TimeoutMs })));
    const started = startWith(key, {});
    const before = Date.now();
    expect((await startWith('failing', { ok: true })).data).toMatchObject({ status: 'completed' });
    expect(Date.now() - before).toBeLessThan(2_500);
    const answer = await started;
    expect(answer.data).toMatchObject({ status: 'error', error: { taskId: 'Task_1' } });
    expect(String(field(answer, 'error.errorMessage'))).toMatch(reason);
  });
});

describe('an HTTP answer', () => {
  it('that never ends is a time-out', async () => {
    service.answers((_call, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(drip));
    });
    const answer = await startWith('calling', {});
    expect(answer.data).toMatchObject({ status: 'error', error: { errorCode: 'TIMEOUT' } });
    expect(String(field(answer, 'error.errorMessage'))).toMatch(/timeout/);
  });

  it('that exceeds the limit is a failure, and is not read to its end', async () => {
    let written = 0;
    service.answers((_call, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = (): void => {
        while (!response.destroyed && written < 500 * MIB) {
          written += 65_536;
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', pour);
        }
      };
      pour();
    });
    const answer = await startWith('calling', {});
    expect(answer.data).toMatchObject({ status: 'error', error: { taskId: 'Task_1' } });
    expect(String(field(answer, 'error.errorMessage'))).toContain('1048576');
    expect(written).toBeLessThan(50 * MIB);
  });
});

describe('a large process', () => {
  it('that runs in a circle without any wait becomes an incident within seconds', async () => {
    await admin.deploy(
      model(
        'circle',
        `<bpmn:startEvent id="s" /><bpmn:exclusiveGateway id="g" default="f2" /><bpmn:task id="t" /><bpmn:endEvent id="e" />
         ${flow('f1', 's', 'g')}${flow('f2', 'g', 't')}${flow('f3', 't', 'g')}${flow('f4', 'g', 'e', '${done == true}')}`,
      ),
    );
    const before = Date.now();
    const guid = guidOf(await startWith('circle', { done: false }));
    const state = await admin.reaches(guid, 'error');
    expect(Date.now() - before).toBeLessThan(8_000);
    expect(state.data).toMatchObject({ error: { errorCode: 'STEP_LIMIT' } });
    expect((await startWith('failing', { ok: true })).data).toMatchObject({ status: 'completed' });
    const retried = await admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid, updatedVariables: { done: true } });
    expect(retried.data).toMatchObject({ status: 'completed' });
  });

  it('of 2,000 tasks is deployed and runs to its end', async () => {
    const tasks = Array.from({ length: 2_000 }, (_, i) => handlerTask(`Task_${i}`, 'reprise:noop'));
    await admin.deploy(sequence('long', ...tasks));
    const answer = await startWith('long', {});
    const state = await admin.reaches(guidOf(answer), 'completed');
    expect(field(state, 'state.completedTasks')).toHaveLength(2_002);
  });

  it('of 200 parallel branches runs them all and joins them once', async () => {
    await admin.deploy(fork('wide', ...Array.from({ length: 200 }, (_, i) => handlerTask(`Task_${i}`, 'reprise:noop'))));
    const state = await admin.reaches(guidOf(await startWith('wide', {})), 'completed');
    const completed = field(state, 'state.completedTasks') as string[];
    expect(completed).toHaveLength(204);
    expect(completed.filter((id) => id === 'Join')).toHaveLength(1);
  });

  it('of 200 branches that all fail is retried one by one', async () => {
    await admin.deploy(fork('wide-failing', ...Array.from({ length: 200 }, (_, i) => httpTask(`Task_${i}`, `Task ${i}`))));
    service.answers(failing());
    const guid = guidOf(await startWith('wide-failing', {}));
    const failed = await admin.reaches(guid, 'error');
    expect(field(failed, 'errors')).toHaveLength(200);
    service.answers(succeeding());
    const retries = Array.from({ length: 200 }, (_, i) =>
      admin.cmd('RetryFailedTaskCommand', { instanceGuid: guid, taskId: `Task_${i}` }),
    );
    expect((await Promise.all(retries)).filter((answer) => !answer.isSuccessful)).toEqual([]);
    await admin.reaches(guid, 'completed');
  });

  it('that went round 1,000 times gives its history page by page, in order', async () => {
    await admin.deploy(
      model(
        'loops',
        `<bpmn:startEvent id="s" />${handlerTask('Task', 'reprise:noop', { OutputMapping: '{"n":"=n + 1"}' }).xml}
         <bpmn:exclusiveGateway id="g" default="f3" /><bpmn:endEvent id="e" />${flow('f1', 's', 'Task')}${flow('f2', 'Task', 'g')}
         ${flow('f3', 'g', 'e')}${flow('f4', 'g', 'Task', '=n < 1000')}`,
      ),
    );
    const guid = guidOf(await startWith('loops', { n: 0 }));
    await admin.reaches(guid, 'completed');
    const items: Data[] = [];
    let pages = 0;
    for (let cursor: unknown; cursor !== null && pages < 100; pages++) {
      const page = await admin.cmd('GetProcessInstanceActivitiesQuery', {
        instanceGuid: guid,
        pageSize: 100,
        ...(cursor === undefined ? {} : { cursor }),
      });
      items.push(...(field(page, 'items') as Data[]));
      cursor = field(page, 'nextCursor');
    }
    expect(pages).toBe(21);
    expect(items.map((item) => item['sequence'])).toEqual(Array.from({ length: 2_002 }, (_, i) => i + 1));
    expect(items.filter((item) => item['elementId'] === 'Task')).toHaveLength(1_000);
  });
});
