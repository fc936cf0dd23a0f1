import { around, extensions, flow, properties, refusals } from './model-text.js';

const http = (values: Record<string, string>): string =>
  `<bpmn:serviceTask id="X">${properties({ ConnectorKey: 'http', ...values })}</bpmn:serviceTask>`;
const service = (inner: string, attributes = ''): string =>
  around(`<bpmn:serviceTask id="X" ${attributes}>${inner}</bpmn:serviceTask>`);
const worker = '<zeebe:taskDefinition type="work"/>';
const boundary = (inner: string, attributes = 'attachedToRef="X"'): string =>
  around(
    '<bpmn:userTask id="X"/>',
    '',
    `<bpmn:boundaryEvent id="B" ${attributes}>${inner}</bpmn:boundaryEvent><bpmn:endEvent id="E2"/>${flow('f3', 'B', 'E2')}`,
  );

const CASES: readonly (readonly [title: string, xml: string, problem: string])[] = [
  // BankLingo
  ['a task that nothing does', around('<bpmn:serviceTask id="X"/>'), 'task-without-work X'],
  ['a script task without script', around('<bpmn:scriptTask id="X"/>'), 'task-without-work X'],
  ['HTTP without address', around(http({})), 'missing-connector-property X'],
  ['HTTP by an unknown method', around(http({ Endpoint: 'http://a', Method: 'FETCH' })), 'invalid-http-method X'],
  ...['-1', 'NaN', '1.5', '100000'].map(
    (Retries) => [`Retries ${Retries}`, around(http({ Endpoint: 'http://a', Retries })), 'invalid-retry-settings X'] as const,
  ),
  [
    'a negative retryBackoff',
    around(http({ Endpoint: 'http://a', Retries: '1', retryBackoff: '-1' })),
    'invalid-retry-settings X',
  ],
  ['a TimeoutMs of nothing', around(http({ Endpoint: 'http://a', TimeoutMs: '0' })), 'invalid-timeout X'],
  ['a mapping that is no JSON', around(http({ Endpoint: 'http://a', OutputMapping: 'score' })), 'invalid-mapping X'],
  [
    'actions that are none',
    around(`<bpmn:userTask id="X">${properties({ UserActions: '[1]' })}</bpmn:userTask>`),
    'invalid-user-actions X',
  ],
  [
    'actions said twice',
    around(`<bpmn:userTask id="X">${properties({ UserActions: 'Send it, Send back' })}</bpmn:userTask>`),
    'invalid-user-actions X',
  ],
  [
    'a property said twice',
    around(`<bpmn:userTask id="X">${properties({ FormKey: 'a', formKey: 'b' })}</bpmn:userTask>`),
    'duplicate-property X',
  ],
  [
    'a script in a user task',
    around(`<bpmn:userTask id="X">${properties({ Script: 'return 1' })}</bpmn:userTask>`),
    'unsupported-property X',
  ],
  [
    'a server script in a user task',
    around(`<bpmn:userTask id="X">${properties({ ServerScript: 'return 1' })}</bpmn:userTask>`),
    'unsupported-property X',
  ],
  [
    'a time-out of a receive task',
    around(`<bpmn:receiveTask id="X">${properties({ timeout: '5' })}</bpmn:receiveTask>`),
    'unsupported-property X',
  ],
  [
    'BankLingo multi-instance',
    around(`<bpmn:userTask id="X">${properties({ IsMultiInstance: 'true', Collection: 'a' })}</bpmn:userTask>`),
    'unsupported-property X',
  ],
  [
    'an unknown element of BankLingo',
    around(`<bpmn:userTask id="X">${extensions('<custom:robot/>')}</bpmn:userTask>`),
    'unsupported-extension X',
  ],
  // Camunda 8
  ['a job type that varies', service(extensions('<zeebe:taskDefinition type="=a"/>')), 'invalid-task-type X'],
  ['negative retries of a job', service(extensions('<zeebe:taskDefinition type="a" retries="-1"/>')), 'invalid-retry-settings X'],
  [
    'a retryBackoff that is no duration',
    service(
      extensions(
        '<zeebe:taskDefinition type="a" retries="2"/><zeebe:taskHeaders><zeebe:header key="retryBackoff" value="5"/></zeebe:taskHeaders>',
      ),
    ),
    'invalid-retry-settings X',
  ],
  [
    'a job that calls no address',
    service(extensions('<zeebe:taskDefinition type="io.camunda:http-json:1"/>')),
    'missing-connector-property X',
  ],
  [
    'an input that is no FEEL',
    service(extensions(`${worker}<zeebe:ioMapping><zeebe:input source="=a +" target="b"/></zeebe:ioMapping>`)),
    'invalid-expression X',
  ],
  [
    'an input without target',
    service(extensions(`${worker}<zeebe:ioMapping><zeebe:input source="=a"/></zeebe:ioMapping>`)),
    'invalid-mapping X',
  ],
  ['an execution listener', service(extensions(`${worker}<zeebe:executionListeners/>`)), 'unsupported-extension X'],
  ['a called decision', service(extensions(`${worker}<zeebe:calledDecision decisionId="d"/>`)), 'unsupported-extension X'],
  ['an unknown element of Camunda 8', service(extensions(`${worker}<zeebe:future/>`)), 'unsupported-extension X'],
  ['a job on a user task', around(`<bpmn:userTask id="X">${extensions(worker)}</bpmn:userTask>`), 'unsupported-extension X'],
  // Camunda 7
  ['a Java class', service(extensions(worker), 'camunda:class="a.B"'), 'unsupported-extension X'],
  ['a Java expression', service(extensions(worker), 'camunda:expression="${a.b()}"'), 'unsupported-extension X'],
  ['a delegate that is computed', service('', 'camunda:delegateExpression="${a.b}"'), 'invalid-task-type X'],
  ['an external task without topic', service('', 'camunda:type="external"'), 'invalid-task-type X'],
  ['a mail task', service('', 'camunda:type="mail"'), 'invalid-task-type X'],
  [
    'another connector',
    service(
      extensions(
        '<camunda:connector><camunda:connectorId>soap</camunda:connectorId><camunda:inputOutput><camunda:inputParameter name="url">u</camunda:inputParameter></camunda:inputOutput></camunda:connector>',
      ),
    ),
    'unsupported-connector X',
  ],
  [
    'a connector without address',
    service(extensions('<camunda:connector><camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>')),
    'missing-connector-property X',
  ],
  [
    'a script as a parameter',
    around(
      `<bpmn:userTask id="X">${extensions('<camunda:inputOutput><camunda:inputParameter name="a"><camunda:script scriptFormat="groovy">1</camunda:script></camunda:inputParameter></camunda:inputOutput>')}</bpmn:userTask>`,
    ),
    'unsupported-extension X',
  ],
  [
    'a bad retry cycle',
    service(
      extensions('<camunda:failedJobRetryTimeCycle>R3/10m</camunda:failedJobRetryTimeCycle>'),
      'camunda:type="external" camunda:topic="t"',
    ),
    'invalid-retry-settings X',
  ],
  [
    'a task listener',
    around(`<bpmn:userTask id="X">${extensions('<camunda:taskListener event="create" class="a.B"/>')}</bpmn:userTask>`),
    'unsupported-extension X',
  ],
  [
    'a variable for the error code',
    boundary('<bpmn:errorEventDefinition camunda:errorCodeVariable="c"/>'),
    'unsupported-extension B',
  ],
  ['an unknown attribute of Camunda 7', around('<bpmn:userTask id="X" camunda:future="1"/>'), 'unsupported-extension X'],
  // our own, and several at once
  ['a delivery that is none', service(extensions(worker), 'reprise:delivery="exactly-once"'), 'invalid-delivery X'],
  ['an unknown attribute of ours', service(extensions(worker), 'reprise:deliver="at-most-once"'), 'unsupported-extension X'],
  [
    'work said by two dialects',
    service(extensions(worker), 'camunda:type="external" camunda:topic="t"'),
    'conflicting-settings X',
  ],
];

describe('a model is refused for what a dialect says', () => {
  it.each(CASES)('%s', async (_title, xml, problem) => {
    expect(await refusals(xml)).toEqual(problem.split(', '));
  });
});
