import { refused, type Answer } from '../../contract/answer.js';
import type { ProcessDefinition } from '../../engine/index.js';
import type { DefinitionListItem, DefinitionRecord } from '../ports/readers.js';

/** A query for a definition that is not there, or another tenant's. */
export function definitionNotFound(id: number): Answer<null> {
  return refused(`Process definition with ID ${id} not found`, null, '404');
}

/** What every answer about a definition has (reference origin.md 4.17). */
export function definitionView(definition: DefinitionRecord): Record<string, unknown> {
  const {
    id,
    name,
    processKey,
    description,
    category,
    version,
    isActive,
    createdAt,
    updatedAt,
    triggerEvents,
    contextLoaderType,
  } = definition;
  return {
    id,
    name,
    processKey,
    description,
    category,
    version,
    isActive,
    createdDate: createdAt.toISOString(),
    updatedDate: updatedAt?.toISOString() ?? null,
    createdBy: definition.createdBy,
    updatedBy: definition.updatedBy,
    triggerEvents,
    contextLoaderType,
    schedulingEnabled: false,
    metadata: definition.metadata,
  };
}

export function definitionItemView(item: DefinitionListItem): Record<string, unknown> {
  const { activeInstanceCount, totalInstanceCount } = item;
  return { ...definitionView(item), activeInstanceCount, totalInstanceCount };
}

/** How many elements of each kind the process has, its sub-processes' among them. */
export function elementCounts({ nodes }: ProcessDefinition): Record<string, number> {
  const count = (...types: string[]): number => nodes.filter(({ type }) => types.includes(type)).length;
  return {
    totalElements: nodes.length,
    startEvents: count('startEvent'),
    endEvents: count('endEvent'),
    userTasks: count('userTask'),
    serviceTasks: count('serviceTask'),
    scriptTasks: count('scriptTask'),
    gateways: count('exclusiveGateway', 'inclusiveGateway', 'parallelGateway'),
    subprocesses: count('subProcess'),
    callActivities: count('callActivity'),
  };
}
