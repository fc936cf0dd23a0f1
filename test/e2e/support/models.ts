/** A BPMN model around elements, in BankLingo's notation. */
export function model(processId: string, elements: string, name = processId): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:custom="http://banklingo.com/schema/bpmn" xmlns:reprise="http://reprise.dev/schema/bpmn/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://reprise.dev/tests">
  <bpmn:process id="${processId}" name="${name}" isExecutable="true">${elements}</bpmn:process>
</bpmn:definitions>`;
}

/** Elements in a row, from a start event to an end event. */
export function sequence(processId: string, ...elements: readonly Element[]): string {
  const ids = ['StartEvent', ...elements.map((element) => element.id), 'EndEvent'];
  const flows = ids.slice(1).map((id, i) => flow(`Flow_${i}`, ids[i] ?? '', id));
  const xml = elements.map((element) => element.xml).join('');
  return model(processId, `<bpmn:startEvent id="StartEvent" />${xml}<bpmn:endEvent id="EndEvent" />${flows.join('')}`);
}

/** Elements side by side, between a parallel fork and a parallel join. */
export function fork(processId: string, ...elements: readonly Element[]): string {
  const flows = elements.map(({ id }, i) => flow(`To_${i}`, 'Fork', id) + flow(`From_${i}`, id, 'Join'));
  const ends = [flow('Flow_Fork', 'StartEvent', 'Fork'), flow('Flow_End', 'Join', 'EndEvent')];
  const gateways = '<bpmn:parallelGateway id="Fork" /><bpmn:parallelGateway id="Join" />';
  const xml = elements.map((element) => element.xml).join('');
  return model(
    processId,
    `<bpmn:startEvent id="StartEvent" />${gateways}${xml}<bpmn:endEvent id="EndEvent" />${ends.join('')}${flows.join('')}`,
  );
}

/** A sequence flow; `condition` as it stands in the model. */
export function flow(id: string, from: string, to: string, condition?: string): string {
  const ends = `id="${id}" sourceRef="${from}" targetRef="${to}"`;
  return condition === undefined
    ? `<bpmn:sequenceFlow ${ends} />`
    : `<bpmn:sequenceFlow ${ends}><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"><![CDATA[${condition}]]></bpmn:conditionExpression></bpmn:sequenceFlow>`;
}

export function properties(values: Readonly<Record<string, string>>): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  const items = Object.entries(values).map(([name, value]) => `<custom:property name="${name}" value="${escape(value)}" />`);
  return `<bpmn:extensionElements><custom:properties>${items.join('')}</custom:properties></bpmn:extensionElements>`;
}

export interface Element {
  readonly id: string;
  readonly xml: string;
}

export function httpTask(id: string, name: string, more: Readonly<Record<string, string>> = {}): Element {
  const values = {
    ConnectorKey: 'http',
    Endpoint: '${serviceUrl}/' + id,
    Method: 'GET',
    ResultVariable: `${id}_result`,
    ...more,
  };
  return { id, xml: `<bpmn:serviceTask id="${id}" name="${name}">${properties(values)}</bpmn:serviceTask>` };
}

export function handlerTask(id: string, taskType: string, more: Readonly<Record<string, string>> = {}): Element {
  return {
    id,
    xml: `<bpmn:serviceTask id="${id}" name="${id}">${properties({ ConnectorKey: taskType, ...more })}</bpmn:serviceTask>`,
  };
}

export function userTask(id: string, name: string, actions = 'approve:Approve Loan, reject:Reject Loan'): Element {
  return { id, xml: `<bpmn:userTask id="${id}" name="${name}">${properties({ UserActions: actions })}</bpmn:userTask>` };
}

export function scriptTask(id: string, script: string, more: Readonly<Record<string, string>> = {}): Element {
  return {
    id,
    xml: `<bpmn:scriptTask id="${id}" name="${id}" scriptFormat="javascript">${properties({ ResultVariable: `${id}_result`, ...more })}<bpmn:script><![CDATA[${script}]]></bpmn:script></bpmn:scriptTask>`,
  };
}

/** A timer event definition. */
export function timer(kind: 'timeDate' | 'timeDuration' | 'timeCycle', value: string): string {
  return `<bpmn:timerEventDefinition><bpmn:${kind} xsi:type="bpmn:tFormalExpression">${value}</bpmn:${kind}></bpmn:timerEventDefinition>`;
}

/** An intermediate event that waits for what `definition` says. */
export function catchEvent(id: string, definition: string): Element {
  return { id, xml: `<bpmn:intermediateCatchEvent id="${id}">${definition}</bpmn:intermediateCatchEvent>` };
}

/** A task that waits for a message. */
export function receiveTask(
  id: string,
  message: string,
  correlationKey: string,
  more: Readonly<Record<string, string>> = {},
): Element {
  return {
    id,
    xml: `<bpmn:receiveTask id="${id}" name="${id}">${properties({ message, correlationKey, ...more })}</bpmn:receiveTask>`,
  };
}
