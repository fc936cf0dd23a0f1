import { readModel, type ModelReadResult } from '../../src/bpmn/index.js';
import type { ProcessDefinition } from '../../src/engine/index.js';

const NAMESPACES = `xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:custom="http://banklingo.com/schema/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:reprise="http://reprise.dev/schema/bpmn/1.0" xmlns:other="http://example.com/other"`;

/** A model around a process's content; `roots` stands beside the process. */
export function model(content: string, roots = '', attributes = 'isExecutable="true"'): string {
  return `<bpmn:definitions ${NAMESPACES} targetNamespace="t">${roots}<bpmn:process id="P" ${attributes}>
${content}
</bpmn:process></bpmn:definitions>`;
}

/** Start, one element with id `X`, end. */
export function around(element: string, roots = '', more = ''): string {
  return model(
    `<bpmn:startEvent id="S"/>
${element}
<bpmn:endEvent id="E"/>${flow('f1', 'S', 'X')}${flow('f2', 'X', 'E')}${more}`,
    roots,
  );
}

export function flow(id: string, source: string, target: string, condition?: string, attributes = ''): string {
  const inner =
    condition === undefined ? '' : `<bpmn:conditionExpression ${attributes}><![CDATA[${condition}]]></bpmn:conditionExpression>`;
  return `<bpmn:sequenceFlow id="${id}" sourceRef="${source}" targetRef="${target}">${inner}</bpmn:sequenceFlow>`;
}

/** BankLingo's `custom:properties`. */
export function properties(values: Record<string, string>): string {
  const entries = Object.entries(values).map(([name, value]) => `<custom:property name="${name}" value="${escape(value)}"/>`);
  return `<bpmn:extensionElements><custom:properties>${entries.join('')}</custom:properties></bpmn:extensionElements>`;
}

export function extensions(content: string): string {
  return `<bpmn:extensionElements>${content}</bpmn:extensionElements>`;
}

export async function accepted(xml: string): Promise<Extract<ModelReadResult, { kind: 'accepted' }>> {
  const result = await readModel(xml);
  if (result.kind === 'refused')
    throw new Error(`Expected the model to be accepted, but: ${JSON.stringify(result.errors, null, 1)}`);
  return result;
}

export async function compiled(xml: string): Promise<ProcessDefinition> {
  const { processes } = await accepted(xml);
  const [process] = processes;
  if (!process) throw new Error('Expected a process, but there is none');
  return process;
}

/** `rule elementId` of each error, sorted. */
export async function refusals(xml: string): Promise<string[]> {
  const result = await readModel(xml);
  return result.kind === 'refused' ? result.errors.map(({ rule, elementId }) => `${rule} ${elementId ?? '-'}`).sort() : [];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}
