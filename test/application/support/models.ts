const NAMESPACES =
  'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:custom="http://banklingo.com/schema/bpmn" targetNamespace="http://reprise.dev/tests"';

/** One model of these processes. */
export function modelOf(...processes: readonly string[]): string {
  return `<bpmn:definitions ${NAMESPACES}>${processes.join('')}</bpmn:definitions>`;
}

/** A process of these elements in a row. */
export function processOf(
  id: string,
  name: string,
  ...elements: readonly { readonly id: string; readonly xml: string }[]
): string {
  const ids = [`${id}_Start`, ...elements.map((element) => element.id), `${id}_End`];
  const flows = ids
    .slice(1)
    .map((target, i) => `<bpmn:sequenceFlow id="${id}_${i}" sourceRef="${ids[i] ?? ''}" targetRef="${target}"/>`);
  return `<bpmn:process id="${id}" name="${name}" isExecutable="true"><bpmn:startEvent id="${id}_Start"/>${elements
    .map((element) => element.xml)
    .join('')}<bpmn:endEvent id="${id}_End"/>${flows.join('')}</bpmn:process>`;
}

/** A task that the test's outside world does. */
export function outsideTask(id: string): { id: string; xml: string } {
  const properties = `<bpmn:extensionElements><custom:properties><custom:property name="ConnectorKey" value="outside"/></custom:properties></bpmn:extensionElements>`;
  return { id, xml: `<bpmn:serviceTask id="${id}" name="${id}">${properties}</bpmn:serviceTask>` };
}

export function userTask(id: string): { id: string; xml: string } {
  return { id, xml: `<bpmn:userTask id="${id}" name="${id}"/>` };
}

/** A task that waits for a message whose key is the value of a variable. */
export function receiveTask(id: string, messageName: string, keyVariable: string): { id: string; xml: string } {
  const property = (name: string, value: string): string => `<custom:property name="${name}" value="${value}"/>`;
  const properties = property('Message', messageName) + property('CorrelationKey', keyVariable);
  const extension = `<bpmn:extensionElements><custom:properties>${properties}</custom:properties></bpmn:extensionElements>`;
  return { id, xml: `<bpmn:receiveTask id="${id}" name="${id}">${extension}</bpmn:receiveTask>` };
}
