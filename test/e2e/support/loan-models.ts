import { flow, httpTask, model, properties, scriptTask, userTask } from './models.js';

/** The parts of the loan process that its three notations write differently. */
interface Notation {
  /** Asks the credit bureau; an `error` boundary event leads to `Task_Manual`. */
  readonly check: string;
  /** Writes `risk`. */
  readonly assess: string;
  /** Of the flow to `Task_Pay`. */
  readonly condition: string;
  readonly pay: string;
  readonly manual: string;
  /** The task at which `NO_SCORE` may happen. */
  readonly thrower: string;
}

/**
 * Check credit over HTTP, assess the risk, pay out at a low one, else ask a person; without a score, somebody looks at it by
 * hand.
 */
function loan(processId: string, { check, assess, condition, pay, manual, thrower }: Notation): string {
  return model(
    processId,
    `<bpmn:startEvent id="StartEvent" />${check}${assess}<bpmn:exclusiveGateway id="Gateway" default="Flow_Ask" />
     ${pay}${userTask('Task_Approve', 'Approve').xml}<bpmn:endEvent id="EndEvent" />
     <bpmn:boundaryEvent id="No_Score" attachedToRef="${thrower}"><bpmn:errorEventDefinition errorRef="Error_NoScore" /></bpmn:boundaryEvent>
     ${manual}<bpmn:endEvent id="End_Manual" />${flow('f1', 'StartEvent', 'Task_Check')}${flow('f2', 'Task_Check', 'Task_Assess')}
     ${flow('f3', 'Task_Assess', 'Gateway')}${flow('f4', 'Gateway', 'Task_Pay', condition)}${flow('Flow_Ask', 'Gateway', 'Task_Approve')}
     ${flow('f5', 'Task_Pay', 'EndEvent')}${flow('f6', 'Task_Approve', 'EndEvent')}${flow('f7', 'No_Score', 'Task_Manual')}
     ${flow('f8', 'Task_Manual', 'End_Manual')}`,
  ).replace('</bpmn:definitions>', '<bpmn:error id="Error_NoScore" errorCode="NO_SCORE" /></bpmn:definitions>');
}

const extension = (xml: string): string => `<bpmn:extensionElements>${xml}</bpmn:extensionElements>`;

const BANKLINGO = loan('loan-banklingo', {
  check: httpTask('Task_Check', 'Check', {
    Endpoint: '${serviceUrl}/score/${customerId}?purpose=a loan',
    Method: 'POST',
    Headers: '{"X-Api-Key":"${apiKey}","X-Fixed":"a"}',
    PayloadTemplate: '{"customer":"${customerId}","amount":${amount},"tags":"${tags}","note":"loan of ${amount}"}',
    ResultVariable: 'credit',
  }).xml,
  assess: scriptTask(
    'Task_Assess',
    `if (context.credit.score <= 0) throw new BpmnError('NO_SCORE', 'no score for ' + customerId);
     context.assessedBy = 'a script';
     return credit.score < 600 ? 'high' : 'low';`,
    { ResultVariable: 'risk' },
  ).xml,
  condition: "const isLow = context.risk === 'low'; return isLow;",
  pay: `<bpmn:serviceTask id="Task_Pay" name="Pay">${properties({
    ConnectorKey: 'payOut',
    InputMapping: '{"purpose":"${\'for \' + customerId}"}',
    OutputMapping: '{"paid":"paid","purposePaid":"=purpose"}',
  })}</bpmn:serviceTask>`,
  manual: `<bpmn:serviceTask id="Task_Manual" name="Manual">${properties({ ConnectorKey: 'reprise:noop' })}</bpmn:serviceTask>`,
  thrower: 'Task_Assess',
});

const CAMUNDA8 = loan('loan-camunda8', {
  check: `<bpmn:serviceTask id="Task_Check" name="Check">${extension(`<zeebe:taskDefinition type="io.camunda:http-json:1" />
    <zeebe:ioMapping><zeebe:input source="POST" target="method" />
      <zeebe:input source="=serviceUrl + &quot;/score/&quot; + customerId" target="url" />
      <zeebe:input source="={&quot;X-Api-Key&quot;: apiKey, &quot;X-Fixed&quot;: &quot;a&quot;}" target="headers" />
      <zeebe:input source="={purpose: &quot;a loan&quot;}" target="queryParameters" />
      <zeebe:input source="bearer" target="authentication.type" /><zeebe:input source="=apiKey" target="authentication.token" />
      <zeebe:input source="={customer: customerId, amount: amount, tags: tags, note: &quot;loan of &quot; + string(amount)}" target="body" /></zeebe:ioMapping>
    <zeebe:taskHeaders><zeebe:header key="resultVariable" value="answer" />
      <zeebe:header key="resultExpression" value="={credit: response.body}" />
      <zeebe:header key="errorExpression" value="=if response.body.score != null and response.body.score &lt;= 0 then bpmnError(&quot;NO_SCORE&quot;, &quot;no score for &quot; + customerId) else null" />
    </zeebe:taskHeaders>`)}</bpmn:serviceTask>`,
  assess: `<bpmn:scriptTask id="Task_Assess" name="Assess">${extension(
    '<zeebe:script expression="=if credit.score &lt; 600 then &quot;high&quot; else &quot;low&quot;" resultVariable="risk" />',
  )}</bpmn:scriptTask>`,
  condition: '=risk = "low"',
  pay: `<bpmn:serviceTask id="Task_Pay" name="Pay">${extension(`<zeebe:taskDefinition type="payOut" />
    <zeebe:ioMapping><zeebe:input source="=&quot;for &quot; + customerId" target="purpose" /><zeebe:output source="=paid" target="paid" />
      <zeebe:output source="=purpose" target="purposePaid" /></zeebe:ioMapping>
    <zeebe:taskHeaders><zeebe:header key="account" value="4711" /></zeebe:taskHeaders>`)}</bpmn:serviceTask>`,
  manual: `<bpmn:serviceTask id="Task_Manual" name="Manual">${extension('<zeebe:taskDefinition type="reprise:noop" />')}</bpmn:serviceTask>`,
  thrower: 'Task_Check',
});

const CAMUNDA7 = loan('loan-camunda7', {
  check: `<bpmn:serviceTask id="Task_Check" name="Check">${extension(`<camunda:connector><camunda:inputOutput>
      <camunda:inputParameter name="url">\${serviceUrl}/score/\${customerId}?purpose=a loan</camunda:inputParameter>
      <camunda:inputParameter name="method">POST</camunda:inputParameter>
      <camunda:inputParameter name="headers"><camunda:map><camunda:entry key="X-Api-Key">\${apiKey}</camunda:entry>
        <camunda:entry key="X-Fixed">a</camunda:entry><camunda:entry key="Content-Type">application/json</camunda:entry></camunda:map></camunda:inputParameter>
      <camunda:inputParameter name="payload">{"customer":"\${customerId}","amount":\${amount},"tags":"\${tags}","note":"loan of \${amount}"}</camunda:inputParameter>
      <camunda:outputParameter name="creditText">\${response}</camunda:outputParameter>
      <camunda:outputParameter name="httpStatus">\${statusCode}</camunda:outputParameter>
    </camunda:inputOutput><camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>`)}</bpmn:serviceTask>`,
  assess: `<bpmn:scriptTask id="Task_Assess" name="Assess" scriptFormat="javascript" camunda:resultVariable="risk"><bpmn:script><![CDATA[
    context.credit = JSON.parse(context.creditText);
    if (context.credit.score <= 0) throw new BpmnError('NO_SCORE', 'no score for ' + context.customerId);
    return context.credit.score < 600 ? 'high' : 'low';]]></bpmn:script></bpmn:scriptTask>`,
  condition: '${risk == "low"}',
  pay: `<bpmn:serviceTask id="Task_Pay" name="Pay" camunda:delegateExpression="\${payOut}">${extension(`<camunda:inputOutput>
      <camunda:inputParameter name="purpose">for \${customerId}</camunda:inputParameter>
      <camunda:outputParameter name="paid">\${paid}</camunda:outputParameter>
      <camunda:outputParameter name="purposePaid">\${purpose}</camunda:outputParameter></camunda:inputOutput>`)}</bpmn:serviceTask>`,
  manual: '<bpmn:serviceTask id="Task_Manual" name="Manual" camunda:type="external" camunda:topic="reprise:noop" />',
  thrower: 'Task_Assess',
});

/** The same process in each notation. */
export const LOAN_MODELS = [
  { notation: 'BankLingo', processKey: 'loan-banklingo', xml: BANKLINGO },
  { notation: 'Camunda 8', processKey: 'loan-camunda8', xml: CAMUNDA8 },
  { notation: 'Camunda 7', processKey: 'loan-camunda7', xml: CAMUNDA7 },
] as const;
