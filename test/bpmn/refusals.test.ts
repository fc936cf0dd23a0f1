import { readModel } from '../../src/bpmn/index.js';
import { around, flow, model, properties, refusals } from './model-text.js';

const START_END = '<bpmn:startEvent id="S"/><bpmn:endEvent id="E"/>';
const timer = (inner: string): string =>
  around(
    `<bpmn:intermediateCatchEvent id="X"><bpmn:timerEventDefinition>${inner}</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>`,
  );
const script = (text: string, attributes = ''): string =>
  around(`<bpmn:scriptTask id="X" ${attributes}><bpmn:script><![CDATA[${text}]]></bpmn:script></bpmn:scriptTask>`);
const catching = (definition: string): string =>
  around(`<bpmn:intermediateCatchEvent id="X">${definition}</bpmn:intermediateCatchEvent>`);
const ending = (definition: string, roots = ''): string =>
  model(`<bpmn:startEvent id="S"/><bpmn:endEvent id="X">${definition}</bpmn:endEvent>${flow('f', 'S', 'X')}`, roots);
const boundary = (inner: string, attributes = 'attachedToRef="X"'): string =>
  around(
    '<bpmn:userTask id="X"/>',
    '',
    `<bpmn:boundaryEvent id="B" ${attributes}>${inner}</bpmn:boundaryEvent><bpmn:endEvent id="E2"/>${flow('f3', 'B', 'E2')}`,
  );

const CASES: readonly (readonly [title: string, xml: string, problem: string])[] = [
  // structure
  ['two elements with one id', around('<bpmn:task id="X"/><bpmn:task id="X"/>'), 'duplicate-id X'],
  ['a flow to nowhere', model(`${START_END}${flow('f', 'S', 'gone')}`), 'dangling-flow f'],
  ['a flow from nowhere', model(`${START_END}${flow('f', 'gone', 'E')}`), 'dangling-flow f'],
  ['a flow without ends', model(`${START_END}<bpmn:sequenceFlow id="f"/>`), 'dangling-flow f, dangling-flow f'],
  [
    'a flow into a sub-process',
    around(`<bpmn:subProcess id="X"><bpmn:startEvent id="S2"/></bpmn:subProcess>`, '', flow('f3', 'S', 'S2')),
    'dangling-flow f3',
  ],
  ['no start event', model('<bpmn:task id="X"/>'), 'missing-start-event P'],
  ['two plain start events', model('<bpmn:startEvent id="S"/><bpmn:startEvent id="S2"/>'), 'several-start-events P'],
  ['no executable process', model(START_END, '', 'isExecutable="false"'), 'no-executable-process P'],
  ['an unknown default flow', around('<bpmn:exclusiveGateway id="X" default="gone"/>'), 'unknown-default-flow X'],
  ['a default flow of another element', around('<bpmn:exclusiveGateway id="X" default="f1"/>'), 'unknown-default-flow X'],
  ['an element without an id', model(`${START_END}<bpmn:task name="Nameless"/>`), 'missing-id -'],
  ['an id that is no name', around('<bpmn:task id="X"/><bpmn:task id="1 x"/>'), 'illegal-id 1 x'],
  ['an element that BPMN lacks', around('<bpmn:robotTask id="X"/>'), 'unknown-element -'],
  ['a start event with incoming', around('<bpmn:task id="X"/>', '', flow('f3', 'X', 'S')), 'flow-into-event S'],
  ['an end event with outgoing', around('<bpmn:task id="X"/>', '', flow('f3', 'E', 'X')), 'flow-out-of-end-event E'],
  [
    'a boundary event with incoming',
    boundary('<bpmn:errorEventDefinition/>', 'attachedToRef="X"').replace(
      'sourceRef="X" targetRef="E"',
      'sourceRef="X" targetRef="B"',
    ),
    'flow-into-event B',
  ],
  ['a boundary event without host', boundary('<bpmn:errorEventDefinition/>', ''), 'boundary-event-without-host B'],
  [
    'a boundary event on a missing host',
    boundary('<bpmn:errorEventDefinition/>', 'attachedToRef="gone"'),
    'boundary-event-without-host B',
  ],
  [
    'a boundary event on a gateway',
    boundary('<bpmn:errorEventDefinition/>').replaceAll('bpmn:userTask', 'bpmn:exclusiveGateway'),
    'boundary-event-without-host B',
  ],
  [
    'a sub-process without start',
    around('<bpmn:subProcess id="X"><bpmn:task id="T"/></bpmn:subProcess>'),
    'missing-start-event X',
  ],
  [
    'a sub-process with two starts',
    around('<bpmn:subProcess id="X"><bpmn:startEvent id="S1"/><bpmn:startEvent id="S2"/></bpmn:subProcess>'),
    'invalid-sub-process-start X',
  ],
  [
    'a condition on a parallel gateway',
    around('<bpmn:parallelGateway id="X"/>', '', flow('f3', 'X', 'E', '${a}')),
    'condition-on-parallel-gateway X',
  ],
  // elements and markers that are not executed
  ['a call activity that calls nothing', around('<bpmn:callActivity id="X"/>'), 'missing-called-element X'],
  ['an event-based gateway', around('<bpmn:eventBasedGateway id="X"/>'), 'unsupported-element X'],
  ['a complex gateway', around('<bpmn:complexGateway id="X"/>'), 'unsupported-element X'],
  ['a business rule task', around('<bpmn:businessRuleTask id="X"/>'), 'unsupported-element X'],
  ['a transaction', around('<bpmn:transaction id="X"><bpmn:startEvent id="S2"/></bpmn:transaction>'), 'unsupported-element X'],
  [
    'an ad-hoc sub-process',
    around('<bpmn:adHocSubProcess id="X"><bpmn:startEvent id="S2"/></bpmn:adHocSubProcess>'),
    'unsupported-element X',
  ],
  [
    'an event sub-process',
    around('<bpmn:subProcess id="X" triggeredByEvent="true"><bpmn:startEvent id="S2"/></bpmn:subProcess>'),
    'unsupported-marker X',
  ],
  [
    'multi-instance',
    around('<bpmn:userTask id="X"><bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>'),
    'unsupported-marker X',
  ],
  ['a loop', around('<bpmn:userTask id="X"><bpmn:standardLoopCharacteristics/></bpmn:userTask>'), 'unsupported-marker X'],
  ['a compensation handler', around('<bpmn:userTask id="X" isForCompensation="true"/>'), 'unsupported-marker X'],
  ['a receive task that starts', around('<bpmn:receiveTask id="X" instantiate="true"/>'), 'unsupported-marker X'],
  [
    'data that is moved',
    around(
      '<bpmn:userTask id="X"><bpmn:dataInputAssociation><bpmn:assignment><bpmn:from>a</bpmn:from><bpmn:to>b</bpmn:to></bpmn:assignment></bpmn:dataInputAssociation></bpmn:userTask>',
    ),
    'unsupported-marker X',
  ],
  ...['signal', 'escalation', 'compensate', 'cancel', 'message'].map(
    (kind) => [`a ${kind} end event`, ending(`<bpmn:${kind}EventDefinition/>`), 'unsupported-event X'] as const,
  ),
  ...['signal', 'link', 'conditional'].map(
    (kind) => [`a ${kind} catch event`, catching(`<bpmn:${kind}EventDefinition/>`), 'unsupported-event X'] as const,
  ),
  ['a catch event without trigger', catching(''), 'unsupported-event X'],
  [
    'a message throw event',
    around('<bpmn:intermediateThrowEvent id="X"><bpmn:messageEventDefinition/></bpmn:intermediateThrowEvent>'),
    'unsupported-event X',
  ],
  [
    'a signal start event',
    model(`<bpmn:startEvent id="X"><bpmn:signalEventDefinition/></bpmn:startEvent>`),
    'unsupported-event X',
  ],
  ['a message boundary event', boundary('<bpmn:messageEventDefinition/>'), 'unsupported-event B'],
  [
    'an error boundary event that does not interrupt',
    boundary('<bpmn:errorEventDefinition/>', 'attachedToRef="X" cancelActivity="false"'),
    'unsupported-event B',
  ],
  ['an event with two triggers', boundary('<bpmn:errorEventDefinition/><bpmn:timerEventDefinition/>'), 'unsupported-event B'],
  // references
  ['an undeclared error', ending('<bpmn:errorEventDefinition errorRef="gone"/>'), 'unknown-reference X'],
  ['an error end event without error', ending('<bpmn:errorEventDefinition/>'), 'missing-error-code X'],
  [
    'an error without code',
    ending('<bpmn:errorEventDefinition errorRef="e"/>', '<bpmn:error id="e" name="Bad"/>'),
    'missing-error-code X',
  ],
  [
    'an undeclared message',
    catching('<bpmn:messageEventDefinition messageRef="gone"/>'),
    'invalid-message X, unknown-reference X',
  ],
  ['a message event without message', catching('<bpmn:messageEventDefinition/>'), 'invalid-message X'],
  ['a message without name', around('<bpmn:receiveTask id="X" messageRef="m"/>', '<bpmn:message id="m"/>'), 'invalid-message X'],
  [
    'a message name that varies',
    around('<bpmn:receiveTask id="X" messageRef="m"/>', '<bpmn:message id="m" name="=a"/>'),
    'invalid-message X',
  ],
  // expressions, scripts, timers
  [
    'a condition that is no JUEL',
    around('<bpmn:exclusiveGateway id="X"/>', '', flow('f3', 'X', 'E', '${a >}')),
    'invalid-expression f3',
  ],
  [
    'a condition half in JUEL',
    around('<bpmn:exclusiveGateway id="X"/>', '', flow('f3', 'X', 'E', '${a} > 3')),
    'invalid-expression f3',
  ],
  [
    'a condition that is no FEEL',
    around('<bpmn:exclusiveGateway id="X"/>', '', flow('f3', 'X', 'E', '=a >')),
    'invalid-expression f3',
  ],
  [
    'a condition in Groovy',
    around('<bpmn:exclusiveGateway id="X"/>', '', flow('f3', 'X', 'E', 'a', 'language="groovy"')),
    'unsupported-script-language f3',
  ],
  [
    'a JavaScript condition that does not parse',
    around('<bpmn:exclusiveGateway id="X"/>', '', flow('f3', 'X', 'E', 'return (')),
    'invalid-script f3',
  ],
  [
    'a JavaScript condition after a task',
    around('<bpmn:userTask id="X"/>', '', flow('f3', 'X', 'E', 'return true')),
    'javascript-condition-without-gateway f3',
  ],
  ['a script that does not parse', script('return ('), 'invalid-script X'],
  ['a script that closes its own function and goes on outside', script('}); evil(); ({'), 'invalid-script X'],
  ['a FEEL script that does not parse', script('a >', 'scriptFormat="feel"'), 'invalid-expression X'],
  ['a Groovy script', script('x', 'scriptFormat="groovy"'), 'unsupported-script-language X'],
  [
    'a gateway Condition that does not parse',
    around(`<bpmn:exclusiveGateway id="X">${properties({ Condition: 'return (' })}</bpmn:exclusiveGateway>`),
    'invalid-script X',
  ],
  [
    'a mapping with a bad source',
    around(`<bpmn:userTask id="X">${properties({ InputMapping: '{"a":"${b +}"}' })}</bpmn:userTask>`),
    'invalid-expression X',
  ],
  ['a timer without time', timer(''), 'invalid-timer X'],
  [
    'a timer with two times',
    timer('<bpmn:timeDate>2030-01-01</bpmn:timeDate><bpmn:timeDuration>PT1S</bpmn:timeDuration>'),
    'invalid-timer X',
  ],
  ['a bad duration', timer('<bpmn:timeDuration>5 minutes</bpmn:timeDuration>'), 'invalid-timer X'],
  ['a bad date', timer('<bpmn:timeDate>2030-02-30T00:00:00Z</bpmn:timeDate>'), 'invalid-timer X'],
  ['a cycle in an intermediate event', timer('<bpmn:timeCycle>R3/PT1S</bpmn:timeCycle>'), 'invalid-timer X'],
  [
    'a bad cron',
    model(
      '<bpmn:startEvent id="X"><bpmn:timerEventDefinition><bpmn:timeCycle>0 99 * * *</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>',
    ),
    'invalid-timer X',
  ],
  [
    'cron on a boundary event',
    boundary('<bpmn:timerEventDefinition><bpmn:timeCycle>0 9 * * *</bpmn:timeCycle></bpmn:timerEventDefinition>'),
    'invalid-timer B',
  ],
];

describe('a model is refused for', () => {
  it.each(CASES)('%s', async (_title, xml, problem) => {
    expect(await refusals(xml)).toEqual(problem.split(', '));
  });
});

describe('a refusal', () => {
  it('tells all problems at once, with lines, in document order', async () => {
    const xml = model(`<bpmn:startEvent id="S"/>
<bpmn:eventBasedGateway id="A"/>
  <bpmn:serviceTask id="B"/>
${flow('f', 'S', 'gone')}`);

    const result = await readModel(xml);

    if (result.kind !== 'refused') throw new Error('Expected a refusal');
    expect(result.errors.map(({ rule, elementId, line, column }) => ({ rule, elementId, line, column }))).toEqual([
      { rule: 'unsupported-element', elementId: 'A', line: 5, column: 1 },
      { rule: 'task-without-work', elementId: 'B', line: 6, column: 3 },
      { rule: 'dangling-flow', elementId: 'f', line: 7, column: 1 },
    ]);
    for (const { message } of result.errors) expect(message).toMatch(/^Expected .*, but /);
    expect(result.errors[0]?.hint).toMatch(/receive task/);
  });
});
