import fc from 'fast-check';
import { readModel } from '../../src/bpmn/index.js';
import { delayOf, MAX_DELAY_MS } from '../../src/engine/index.js';
import { around, extensions, flow, properties, refusals } from './model-text.js';

const WORK = '<zeebe:taskDefinition type="work"/>';
const task = (inner: string, attributes = ''): string =>
  around(`<bpmn:serviceTask id="X" ${attributes}>${extensions(WORK + inner)}</bpmn:serviceTask>`);
const policy = (attributes: string, inner = ''): string =>
  task(`<reprise:retryPolicy ${attributes}>${inner}</reprise:retryPolicy>`);
const rule = (attributes: string): string => policy('', `<reprise:rule ${attributes}/>`);
const ladder = (attributes: string, inner = ''): string => policy('', `<reprise:ladder ${attributes}>${inner}</reprise:ladder>`);
const timeouts = (attributes: string): string => task(`<reprise:timeouts ${attributes}/>`);
const asking = (target: string, elements: string, delivery = 'reprise:delivery="at-most-once"'): string =>
  around(`<bpmn:serviceTask id="X" reprise:reconcile="${target}" ${delivery}>${extensions(WORK)}</bpmn:serviceTask>${elements}`);
const check = (attributes = ''): string => `<bpmn:serviceTask id="C" ${attributes}>${extensions(WORK)}</bpmn:serviceTask>`;

const bankLingo = (values: Record<string, string>): string =>
  around(`<bpmn:serviceTask id="X">${properties({ Endpoint: 'http://a', ...values })}</bpmn:serviceTask>`);

const BAD = 'invalid-retry-policy X';

const CASES: readonly (readonly [title: string, xml: string, problems: string])[] = [
  // numbers
  ...['0', '-1', '1.5', 'NaN', 'Infinity', '1e3', '10001', '99999999999999999999', ''].map(
    (attempts) => [`attempts="${attempts}"`, policy(`attempts="${attempts}"`), BAD] as const,
  ),
  ...['0.9', '-2', 'NaN', 'Infinity', '1e2', '101', '2,5'].map(
    (coefficient) => [`coefficient="${coefficient}"`, policy(`coefficient="${coefficient}"`), BAD] as const,
  ),
  // durations
  ...['0s', '-1s', '1', 'PT0S', '-PT1S', 'NaN', 'Infinity', '367d', 'P2Y', '1 week', 'P', '0.1ms'].map(
    (initial) => [`initial="${initial}"`, policy(`initial="${initial}"`), BAD] as const,
  ),
  ...['', '1s,,2s', '1s,-2s', '1s;2s'].map((delays) => [`delays="${delays}"`, policy(`delays="${delays}"`), BAD] as const),
  ['101 delays', policy(`delays="${'1s,'.repeat(100)}1s"`), BAD],
  ['a budget of nothing', policy('budget="0s"'), BAD],
  ['a budget of two years', policy('budget="P2Y"'), BAD],
  ['a negative cap of Retry-After', policy('retryAfterCap="-1s"'), BAD],
  ...['some', '101%', '-10%', '10'].map((jitter) => [`jitter="${jitter}"`, policy(`jitter="${jitter}"`), BAD] as const),
  // words
  ['retryOn that is none', policy('retryOn="everything"'), BAD],
  ['an end that is none', policy('onExhausted="explode"'), BAD],
  ['an unknown notation', policy('like="airflow" retries="2"'), BAD],
  // contradictions
  ['a maximum below the first wait', policy('initial="10s" maximum="5s"'), BAD],
  ['a maximum below the first wait that is not said', policy('maximum="500ms"'), BAD],
  ['delays and initial', policy('delays="1s" initial="2s"'), BAD],
  ['delays, coefficient and maximum', policy('delays="1s" coefficient="2" maximum="1m"'), `${BAD}, ${BAD}`],
  ['attempts beside another notation', policy('like="temporal" attempts="3"'), BAD],
  ['jitter beside another notation', policy('like="mechanic" jitter="full"'), BAD],
  ['a field of another notation', policy('maximumAttempts="3"'), BAD],
  ['an unknown attribute', policy('atempts="3"'), BAD],
  ['text within', policy('', 'three times'), BAD],
  ['an unknown child', policy('', '<reprise:retry/>'), BAD],
  ['a rule outside', task('<reprise:rule errorCode="a" action="fail"/>'), 'unsupported-extension X'],
  ['two policies', task('<reprise:retryPolicy/><reprise:retryPolicy/>'), 'conflicting-settings X'],
  [
    'a policy in two dialects',
    around(
      `<bpmn:serviceTask id="X">${extensions(`<zeebe:taskDefinition type="work" retries="3"/><reprise:retryPolicy/>`)}</bpmn:serviceTask>`,
    ),
    'conflicting-settings X',
  ],
  [
    'a policy on a user task',
    around(`<bpmn:userTask id="X">${extensions('<reprise:retryPolicy/>')}</bpmn:userTask>`),
    'unsupported-extension X',
  ],
  [
    'a policy on a task without work',
    around(`<bpmn:task id="X">${extensions('<reprise:retryPolicy/>')}</bpmn:task>`),
    'task-without-work X',
  ],
  // the end
  ['throw without code', policy('onExhausted="throw"'), BAD],
  ['a code without throw', policy('onExhausted="park" errorCode="E"'), BAD],
  ['escalate without text', policy('onExhausted="escalate"'), BAD],
  ['a text without escalate', policy('message="help"'), BAD],
  ['outputs without skip', policy('', '<reprise:output target="a" value="1"/>'), BAD],
  ['outputs with park', policy('onExhausted="park"', '<reprise:output target="a" value="1"/>'), BAD],
  ['an output without target', policy('onExhausted="skip"', '<reprise:output value="1"/>'), BAD],
  ['an output without value', policy('onExhausted="skip"', '<reprise:output target="a"/>'), BAD],
  ['an output to no name', policy('onExhausted="skip"', '<reprise:output target="a b" value="1"/>'), BAD],
  [
    'an output said twice',
    policy('onExhausted="skip"', '<reprise:output target="a" value="1"/><reprise:output target="a" value="2"/>'),
    BAD,
  ],
  [
    'an output that is no FEEL',
    policy('onExhausted="skip"', '<reprise:output target="a" value="=1 +"/>'),
    'invalid-expression X',
  ],
  ['an output in ${...}', policy('onExhausted="complete"', '<reprise:output target="a" value="${b}"/>'), BAD],
  // the other notations
  ['negative maximumAttempts', policy('like="temporal" maximumAttempts="-1"'), BAD],
  ['backoffCoefficient below 1', policy('like="temporal" backoffCoefficient="0.5"'), BAD],
  ['maximumInterval below initialInterval', policy('like="temporal" initialInterval="10s" maximumInterval="1s"'), BAD],
  ['an initialInterval of nothing', policy('like="temporal" initialInterval="0s"'), BAD],
  ['Coflux without retries', policy('like="coflux"'), BAD],
  ...['-1', 'many', '5, 600, 300', '5, -1', '5, 1, 2, 3', '(5, 300', '99999', 'unlimited, x'].map(
    (retries) => [`Coflux' retries="${retries}"`, policy(`like="coflux" retries="${retries}"`), BAD] as const,
  ),
  ['Coflux when that is no FEEL', policy('like="coflux" retries="2" when="=a +"'), 'invalid-expression X'],
  ['Coflux when and retryOn', policy('like="coflux" retries="2" when="E" retryOn="any"'), BAD],
  ['Valohai with a negative delay', policy('like="valohai" delay="-60"'), BAD],
  ['Valohai with negative retries', policy('like="valohai" retries="-1"'), BAD],
  // BankLingo's
  ...['3', '[]', 'null', '{', '{"attempts":{}}', '{"rules":{}}', '{"rules":[1]}', '{"outputs":[1]}', '{"attempts":0}'].map(
    (RetryPolicy) => [`RetryPolicy ${RetryPolicy}`, bankLingo({ RetryPolicy }), BAD] as const,
  ),
  ['RetryPolicy and Retries', bankLingo({ RetryPolicy: '{}', Retries: '3' }), 'conflicting-settings X'],
  // rules
  ['a rule without condition', rule('action="retry"'), BAD],
  ['a rule without action', rule('errorCode="E"'), BAD],
  ['a rule with an unknown action', rule('errorCode="E" action="ignore"'), BAD],
  ['a rule about an unknown class', rule('errorClass="NETWORK, RATE_LIMITED" action="fail"'), BAD],
  ...['99', '600', '6xx', '599-500', 'abc', '500-', '503,'].map(
    (status) => [`a rule about status ${status}`, rule(`httpStatus="${status}" action="fail"`), BAD] as const,
  ),
  ['101 rules', policy('', '<reprise:rule errorCode="E" action="fail"/>'.repeat(101)), BAD],
  ['a rule with 201 characters to look for', rule(`text="${'a'.repeat(201)}" action="fail"`), BAD],
  ['a rule with a code of 201 characters', rule(`errorCode="A, ${'a'.repeat(201)}" action="fail"`), BAD],
  ['a rule whose FEEL cannot be parsed', rule('when="=attempt &gt;" action="fail"'), 'invalid-expression X'],
  ['a rule that throws no code', rule('errorCode="E" action="throw"'), BAD],
  ['a rule with a code that it does not throw', rule('errorCode="E" action="fail" bpmnError="F"'), BAD],
  ['a rule that reschedules at once', rule('errorCode="E" action="reschedule" delay="0s"'), BAD],
  ['a rule that reschedules without delay', rule('errorCode="E" action="reschedule"'), BAD],
  ['a rule that reschedules never', rule('errorCode="E" action="reschedule" delay="1s" most="0"'), BAD],
  ['a rule that fails with a curve', rule('errorCode="E" action="fail" initial="1s"'), BAD],
  ['a rule with half a curve', rule('errorCode="E" action="retry" coefficient="3"'), BAD],
  ['a rule with an unknown attribute', rule('code="E" errorCode="E" action="fail"'), BAD],
  // ladder
  ['a step without after', ladder('notify="a"'), BAD],
  ['a step after nothing', ladder('after="0" notify="a"'), BAD],
  ['a step after more attempts than there are', ladder('after="21" notify="a"'), BAD],
  [
    'two steps after one attempt',
    policy('', '<reprise:ladder after="2" notify="a"/><reprise:ladder after="2" notify="b"/>'),
    BAD,
  ],
  ['a step that does nothing', ladder('after="2"'), BAD],
  ['a step with an unknown end', ladder('after="2" then="explode"'), BAD],
  ['a step that throws no code', ladder('after="2" then="throw"'), BAD],
  ['a step that escalates without text', ladder('after="2" then="escalate"'), BAD],
  ['a step with outputs only', ladder('after="2" notify="a"', '<reprise:output target="a" value="1"/>'), BAD],
  ['a step with a time-out of two days', ladder('after="2" timeout="2d"'), BAD],
  ['a step that sets no FEEL', ladder('after="2"', '<reprise:set target="a" value="="/>'), 'invalid-expression X'],
  // time-outs
  ['no time-out at all', timeouts(''), 'invalid-timeout X'],
  ...['0s', '-1s', '2d', 'soon', 'NaN'].map(
    (attempt) => [`a time-out of ${attempt}`, timeouts(`attempt="${attempt}"`), 'invalid-timeout X'] as const,
  ),
  ['an attempt longer than the total', timeouts('attempt="2m" total="1m"'), 'invalid-timeout X'],
  ['a heartbeat rarer than the attempt is long', timeouts('attempt="1m" heartbeat="2m"'), 'invalid-timeout X'],
  ['an unknown time-out', timeouts('attempt="1m" start="2m"'), 'invalid-timeout X'],
  ['time-outs said twice', task('<reprise:timeouts attempt="1m"/><reprise:timeouts total="1m"/>'), 'conflicting-settings X'],
  [
    "a time-out beside BankLingo's",
    around(
      `<bpmn:serviceTask id="X">${properties({ Endpoint: 'http://a', TimeoutMs: '5' }).replace('</bpmn:ext', '<reprise:timeouts attempt="1s"/></bpmn:ext')}</bpmn:serviceTask>`,
    ),
    'conflicting-settings X',
  ],
  // reconcile
  ['a reconcile task that is missing', asking('gone', check()), 'invalid-reconcile X'],
  ['a reconcile task without name', asking('', check()), 'invalid-reconcile X'],
  ['a task that asks itself', asking('X', ''), 'invalid-reconcile X'],
  ['a person as a reconcile task', asking('C', '<bpmn:userTask id="C"/>'), 'invalid-reconcile X'],
  ['a reconcile task that does nothing', asking('C', '<bpmn:task id="C"/>'), 'invalid-reconcile X'],
  ['a reconcile task with flows', asking('C', check() + flow('f3', 'C', 'E')), 'invalid-reconcile X'],
  [
    'a reconcile task with a boundary event',
    asking('C', `${check()}<bpmn:boundaryEvent id="B" attachedToRef="C"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>`),
    'invalid-reconcile X',
  ],
  [
    'a reconcile task that asks another',
    asking('C', `${check('reprise:delivery="at-most-once" reprise:reconcile="D"')}${check().replace('"C"', '"D"')}`),
    'invalid-reconcile X',
  ],
  [
    'a reconcile task of another scope',
    asking('C', `<bpmn:subProcess id="U"><bpmn:startEvent id="S2"/>${check()}</bpmn:subProcess>`),
    'invalid-reconcile X',
  ],
  ['reconcile with at least once', asking('C', check(), 'reprise:delivery="at-least-once"'), 'invalid-reconcile X'],
  ['reconcile without delivery', asking('C', check(), ''), 'invalid-reconcile X'],
];

const ATTRIBUTES =
  'like attempts initial coefficient maximum delays jitter budget retryOn retryAfterCap onExhausted errorCode message initialInterval backoffCoefficient maximumInterval maximumAttempts nonRetryableErrorTypes retries when delay'.split(
    ' ',
  );
const VALUES =
  'temporal coflux mechanic valohai own 0 1 5 20 -1 1.5 NaN Infinity 1e9 99999999999 0s 1s 30s 5m 2h 400d PT1S PT1H P1Y -PT1S 1s,2s 5,300,600 (2,300) unlimited true any transient none full equal 10% 100% 1000% error park throw skip E'.split(
    ' ',
  );

describe('a model is refused for what it says of recovery', () => {
  it.each(CASES)('%s', async (_title, xml, problems) => {
    expect(await refusals(xml)).toEqual(problems.split(', '));
  });

  it('tells all mistakes at once, each with element, place and message', async () => {
    const result = await readModel(
      policy(
        'attempts="0" initial="-1s" jitter="some"',
        '<reprise:rule action="retry"/><reprise:rule errorClass="NO" action="throw"/><reprise:ladder after="2" then="throw"/>',
      ),
    );

    const errors = result.kind === 'refused' ? result.errors : [];
    expect(errors.map(({ message }) => message)).toEqual([
      "Expected attempts of reprise:retryPolicy to be a whole number from 1 to 10000, but it is '0'",
      "Expected initial of reprise:retryPolicy to be a duration from 1ms to 366d such as PT1.5S, 500ms or 5m, but it is '-1s'",
      "Expected jitter of reprise:retryPolicy to be none, full, equal or a share such as 10%, but it is 'some'",
      'Expected rule 1 to have a condition, but it has none',
      "Expected errorClass of rule 2 to be NETWORK_TIMEOUT, SERVICE_UNAVAILABLE, RATE_LIMITED, AUTHENTICATION_ERROR, INVALID_DATA, LOGIC_ERROR, NOT_FOUND or UNKNOWN, but it is 'NO'",
      'Expected rule 2 to say bpmnError, since action="throw", but it does not',
      'Expected step 1 of the ladder to say errorCode, since then="throw", but it does not',
    ]);
    expect(new Set(errors.map(({ elementId, line, column }) => `${elementId} ${line}:${column}`))).toEqual(new Set(['X 5:1']));
  });

  it('says what to do about an attribute that does not belong', async () => {
    const result = await readModel(policy('like="mechanic" attempts="3"'));

    expect(result).toMatchObject({
      errors: [
        {
          message: 'Expected only attributes that reprise:retryPolicy knows here, but found attempts',
          hint: 'It knows like, retryOn, budget, onExhausted and retryAfterCap.',
        },
      ],
    });
  });

  test('or gives waits that are whole numbers within a year, whatever it says', async () => {
    const said = fc.dictionary(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...VALUES), { maxKeys: 4, noNullPrototype: true });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(said, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (attributes, dice) => {
        const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
        const result = await readModel(policy(written.join(' ')));
        if (result.kind === 'refused') return;
        taken++;
        const node = result.processes[0]?.nodesById.get('X');
        const compiled = node && 'retryPolicy' in node ? node.retryPolicy : null;
        const waits = [1, 2, 3, 50, 9999].map((retry) => (compiled ? delayOf(compiled.curve, retry, dice) : -1));
        expect(waits.every((ms) => Number.isInteger(ms) && ms >= 0 && ms <= MAX_DELAY_MS)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(20);
  });

  it('warns of a budget in which no retry has room', async () => {
    const result = await readModel(policy('initial="2h" maximum="4h"'));

    expect(result).toMatchObject({
      kind: 'accepted',
      warnings: [
        {
          elementId: 'X',
          rule: 'budget-without-retry',
          message: 'Expected the budget to have room for a retry, but the first wait of 2h is longer than its 1h',
        },
      ],
    });
  });
});
