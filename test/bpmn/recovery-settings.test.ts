import type { ActivityNode, RetryPolicy, Variables, WorkTaskNode } from '../../src/engine/index.js';
import { accepted, around, compiled, extensions, properties } from './model-text.js';

const WORK = '<zeebe:taskDefinition type="work"/>';

async function workTask(xml: string, id = 'X'): Promise<WorkTaskNode> {
  const node = (await compiled(xml)).nodesById.get(id);
  if (!node || !('work' in node)) throw new Error(`Expected ${id} to be a task with work, but it is ${node?.type ?? 'missing'}`);
  return node;
}

const task = (inner: string, attributes = ''): string =>
  around(`<bpmn:serviceTask id="X" ${attributes}>${extensions(WORK + inner)}</bpmn:serviceTask>`);

async function policyOf(attributes: string, inner = ''): Promise<RetryPolicy> {
  const { retryPolicy } = await workTask(task(`<reprise:retryPolicy ${attributes}>${inner}</reprise:retryPolicy>`));
  if (!retryPolicy) throw new Error('Expected a policy, but there is none');
  return retryPolicy;
}

const values = (mappings: ActivityNode['inputs'], variables: Variables = {}): Record<string, unknown> =>
  Object.fromEntries(mappings.map(({ target, source }) => [target, source.evaluate(variables)]));

const ANYTHING = { codes: null, statuses: null, classes: null, text: null, when: null };

describe('rules', () => {
  it.each([
    ['errorCode="E_*, F"', { codes: ['E_*', 'F'] }],
    ['httpStatus="503"', { statuses: [{ from: 503, to: 503 }] }],
    [
      'httpStatus="4xx, 500-502"',
      {
        statuses: [
          { from: 400, to: 499 },
          { from: 500, to: 502 },
        ],
      },
    ],
    ['errorClass="RATE_LIMITED, NOT_FOUND"', { classes: ['RATE_LIMITED', 'NOT_FOUND'] }],
    ['text="balance * too low"', { text: 'balance * too low' }],
  ])('%s', async (attributes, pattern) => {
    const { rules } = await policyOf('', `<reprise:rule ${attributes} action="fail"/>`);

    expect(rules).toEqual([{ name: 'rule 1', match: { ...ANYTHING, ...pattern }, action: { do: 'fail' } }]);
  });

  it('have a condition in FEEL, with or without =', async () => {
    const rules = await policyOf(
      '',
      '<reprise:rule when="attempt &gt; 1" action="fail"/><reprise:rule when="=attempt &gt; 1" action="fail"/>',
    );

    expect(rules.rules.map(({ match }) => match.when?.evaluate({ attempt: 2 }))).toEqual([true, true]);
    expect(rules.rules.map(({ match }) => match.when?.evaluate({ attempt: 1 }))).toEqual([false, false]);
  });

  it.each([
    ['action="retry"', { do: 'retry', curve: null, maxAttempts: null }],
    [
      'action="retry" attempts="3" initial="2s"',
      {
        do: 'retry',
        curve: { delays: { kind: 'exponential', initialMs: 2000, coefficient: 2, maximumMs: 300_000 }, jitter: 'full' },
        maxAttempts: 3,
      },
    ],
    [
      'action="retry" delays="1s, PT1M" jitter="20%"',
      { do: 'retry', curve: { delays: { kind: 'listed', delaysMs: [1000, 60_000] }, jitter: 0.2 }, maxAttempts: null },
    ],
    ['action="park"', { do: 'park' }],
    ['action="throw" bpmnError="NO_FUNDS"', { do: 'throw', errorCode: 'NO_FUNDS' }],
    ['action="reschedule" delay="30s"', { do: 'reschedule', delayMs: 30_000, most: 100 }],
    ['action="reschedule" delay="1.5s" most="3"', { do: 'reschedule', delayMs: 1500, most: 3 }],
  ])('%s', async (attributes, action) => {
    const { rules } = await policyOf('', `<reprise:rule name="mine" errorCode="E" ${attributes}/>`);

    expect(rules).toEqual([{ name: 'mine', match: { ...ANYTHING, codes: ['E'] }, action }]);
  });

  it('come before those of the notation', async () => {
    const { rules } = await policyOf(
      'like="temporal" nonRetryableErrorTypes="A"',
      '<reprise:rule errorCode="A" action="retry"/>',
    );

    expect(rules.map(({ action }) => action.do)).toEqual(['retry', 'fail']);
  });
});

describe('the ladder', () => {
  it('is in the order of the attempts, its steps complete', async () => {
    const { ladder } = await policyOf(
      '',
      `<reprise:ladder after="4" then="throw" errorCode="GIVEN_UP"/>
       <reprise:ladder after="2" timeout="PT1M" notify="the bureau is slow" delays="5s"/>`,
    );

    expect(ladder).toEqual([
      {
        after: 2,
        set: [],
        curve: { delays: { kind: 'listed', delaysMs: [5000] }, jitter: 'none' },
        timeoutMs: 60_000,
        notify: 'the bureau is slow',
        then: null,
      },
      { after: 4, set: [], curve: null, timeoutMs: null, notify: null, then: { do: 'throw', errorCode: 'GIVEN_UP' } },
    ]);
  });

  it('sets texts as they stand, and what FEEL gives', async () => {
    const { ladder } = await policyOf(
      '',
      `<reprise:ladder after="1">
         <reprise:set target="apiEndpoint" value="https://backup.example.com"/>
         <reprise:set target="settings.timeout" value="=20000"/>
         <reprise:set target="urgent" value="=true"/>
         <reprise:set target="digits" value="20000"/>
         <reprise:set target="blank" value=""/>
         <reprise:set target="next" value="=attempt + 1"/>
       </reprise:ladder>`,
    );

    expect(values(ladder[0]?.set ?? [], { attempt: 2 })).toEqual({
      apiEndpoint: 'https://backup.example.com',
      'settings.timeout': 20_000,
      urgent: true,
      digits: '20000',
      blank: '',
      next: 3,
    });
  });
});

describe('the end of the attempts', () => {
  const output = '<reprise:output target="score" value="=600"/>';

  it.each([
    ['', '', { do: 'park' }],
    ['onExhausted="error"', '', { do: 'error' }],
    ['onExhausted="escalate" message="call the bureau"', '', { do: 'escalate', message: 'call the bureau' }],
    ['onExhausted="throw" errorCode="NO_SCORE"', '', { do: 'throw', errorCode: 'NO_SCORE' }],
    ['onExhausted="skip"', output, { do: 'skip', outputs: [expect.objectContaining({ target: 'score' })] }],
    ['onExhausted="complete"', output, { do: 'complete', outputs: [expect.objectContaining({ target: 'score' })] }],
    ['like="temporal"', '', { do: 'error' }],
  ])('%s %s', async (attributes, inner, end) => {
    expect((await policyOf(attributes, inner)).onExhausted).toEqual(end);
  });

  it('comes with an hour unless attempts, delays or a budget are said', async () => {
    const budgets = ['', 'attempts="3"', 'delays="1s"', 'budget="2h"', 'attempts="unlimited" budget="PT5M"', 'like="temporal"'];

    const seen = await Promise.all(budgets.map(async (attributes) => (await policyOf(attributes)).budgetMs));

    expect(seen).toEqual([3_600_000, null, null, 7_200_000, 300_000, null]);
  });

  it('honours Retry-After up to an hour, or as the policy says', async () => {
    const caps = await Promise.all(
      ['', 'retryAfterCap="5m"', 'retryAfterCap="0s"'].map(async (attributes) => (await policyOf(attributes)).retryAfterCapMs),
    );

    expect(caps).toEqual([3_600_000, 300_000, 0]);
  });
});

describe("BankLingo's property RetryPolicy", () => {
  const json = async (value: object): Promise<RetryPolicy | null> => {
    const named = properties({ ConnectorKey: 'http', Endpoint: 'http://a', RetryPolicy: JSON.stringify(value) });
    return (await workTask(around(`<bpmn:serviceTask id="X">${named}</bpmn:serviceTask>`))).retryPolicy;
  };

  it('is the same policy as JSON', async () => {
    const written = await policyOf(
      'attempts="4" delays="1s, 5s" onExhausted="skip"',
      `<reprise:rule httpStatus="503" action="retry" attempts="9"/><reprise:ladder after="2"><reprise:set target="a" value="b"/></reprise:ladder>
       <reprise:output target="score" value="c"/>`,
    );

    const said = await json({
      attempts: 4,
      delays: ['1s', '5s'],
      onExhausted: 'skip',
      rules: [{ httpStatus: 503, action: 'retry', attempts: 9 }],
      ladder: [{ after: 2, set: { a: 'b' } }],
      outputs: { score: 'c' },
    });

    expect(JSON.stringify(said)).toBe(JSON.stringify(written));
  });

  it("takes Coflux' tuples as lists, and values of any kind", async () => {
    const said = await json({
      like: 'coflux',
      retries: [5, 300, 600],
      ladder: [
        { after: 1, set: { timeout: 20_000, urgent: true, hosts: ['a', 'b'], limits: { 'per day': 3 }, later: '=attempt' } },
      ],
    });

    expect(said).toMatchObject({ maxAttempts: 6, curve: { delays: { kind: 'linear' } } });
    expect(values(said?.ladder[0]?.set ?? [], { attempt: 2 })).toEqual({
      timeout: 20_000,
      urgent: true,
      hosts: ['a', 'b'],
      limits: { 'per day': 3 },
      later: 2,
    });
  });
});

describe('time-outs', () => {
  it('are read one by one', async () => {
    const { work } = await workTask(task('<reprise:timeouts toStart="PT10M" attempt="30s" total="1d" heartbeat="5s"/>'));

    expect(work).toMatchObject({
      timeoutMs: 30_000,
      timeouts: { toStartMs: 600_000, totalMs: 86_400_000, heartbeatMs: 5000 },
    });
  });

  it('are none where nothing is said', async () => {
    expect((await workTask(task(''))).work).toMatchObject({
      timeoutMs: null,
      timeouts: { toStartMs: null, totalMs: null, heartbeatMs: null },
    });
  });
});

describe('a reconcile task', () => {
  const asking = `<bpmn:serviceTask id="X" reprise:delivery="at-most-once" reprise:reconcile="C">${extensions(WORK)}</bpmn:serviceTask>
    <bpmn:sendTask id="C">${extensions(WORK)}</bpmn:sendTask>`;

  it('is the node that the task asks, and counts as reached', async () => {
    const { processes, warnings } = await accepted(around(asking));

    const asked = processes[0]?.nodesById.get('C');
    expect(asked?.type).toBe('sendTask');
    expect(processes[0]?.nodesById.get('X')).toMatchObject({ work: { delivery: 'at-most-once' }, reconcile: asked });
    expect(asked).toMatchObject({ reconcile: null });
    expect(warnings).toEqual([]);
  });

  it('may stand in a sub-process with the task that asks it', async () => {
    const inside = `<bpmn:startEvent id="S2"/>${asking.replaceAll('"X"', '"T"')}
      <bpmn:sequenceFlow id="f3" sourceRef="S2" targetRef="T"/>`;

    const node = await workTask(around(`<bpmn:subProcess id="X">${inside}</bpmn:subProcess>`), 'T');

    expect(node.reconcile?.id).toBe('C');
  });

  it('that nobody asks is told to be out of reach', async () => {
    const { warnings } = await accepted(around(asking.replace('reprise:reconcile="C"', '')));

    expect(warnings.map(({ rule, elementId }) => `${rule} ${elementId}`)).toEqual(['unreachable-element C']);
  });
});
