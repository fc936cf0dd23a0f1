import { extensionsOf } from './extensions.js';
import { childOf, childrenOf, elementType, textOf, type ModdleElement } from './moddle-element.js';
import type { UnresolvedReferences } from './reader.js';

/** A model as it stands in the XML, linked, before anything is checked. */
export interface SourceModel {
  readonly definitions: ModdleElement;
  readonly processes: readonly SourceScope[];
  readonly unresolved: UnresolvedReferences;
}

/** A process or a sub-process. */
export interface SourceScope {
  readonly id: string | null;
  readonly element: ModdleElement;
  readonly executable: boolean;
  readonly nodes: SourceNode[];
  readonly flows: SourceFlow[];
}

/** A flow node, whether we execute its type or not. */
export interface SourceNode {
  readonly id: string;
  readonly name: string;
  /** BPMN's element name: `serviceTask`. */
  readonly type: string;
  readonly element: ModdleElement;
  readonly parent: SourceNode | null;
  readonly incoming: SourceFlow[];
  readonly outgoing: SourceFlow[];
  readonly boundaryEvents: SourceNode[];
  readonly eventDefinitions: readonly ModdleElement[];
  /** A sub-process's content. */
  readonly content: SourceScope | null;
}

/** A sequence flow. */
export interface SourceFlow {
  readonly id: string;
  readonly name: string;
  readonly element: ModdleElement;
  readonly source: SourceNode | null;
  readonly target: SourceNode | null;
  readonly condition: { readonly text: string; readonly language: string | null } | null;
}

/** Elements of a process that are drawn but not run. */
const DRAWINGS = new Set(['dataObject', 'dataObjectReference', 'dataStoreReference']);

/** Links a parsed model. Total: whatever is wrong with it is left for the validators to tell. */
export function readSourceModel(definitions: ModdleElement, unresolved: UnresolvedReferences): SourceModel {
  const processes = childrenOf(definitions, 'rootElements')
    .filter((element) => elementType(element) === 'process')
    .map((element) => readScope(element, null));
  return { definitions, processes, unresolved };
}

/** The sub-process's and the process's scopes, outermost first. */
export function scopesOf(scope: SourceScope): SourceScope[] {
  return [scope, ...scope.nodes.flatMap((node) => (node.content ? scopesOf(node.content) : []))];
}

/** All flow nodes of a process and its sub-processes, in document order. */
export function nodesOf(scope: SourceScope): SourceNode[] {
  return scope.nodes.flatMap((node) => [node, ...(node.content ? nodesOf(node.content) : [])]);
}

/** The id of the task that is asked what became of this one's attempts with unknown outcome; null: nobody is. */
export function reconcileIdOf(node: SourceNode): string | null {
  return extensionsOf(node.element, 'reprise').attributes['reconcile'] ?? null;
}

/** That task, where it stands in this scope, the one of the node itself. */
export function reconcileTaskOf(node: SourceNode, scope: SourceScope): SourceNode | null {
  const id = reconcileIdOf(node)?.trim();
  return (id && scope.nodes.find((other) => other.id === id)) || null;
}

function readScope(element: ModdleElement, parent: SourceNode | null): SourceScope {
  const scope: SourceScope = {
    id: textOf(element, 'id'),
    element,
    executable: element['isExecutable'] !== false,
    nodes: [],
    flows: [],
  };
  const byElement = new Map<ModdleElement, SourceNode>();
  const elements = childrenOf(element, 'flowElements').filter((child) => !DRAWINGS.has(elementType(child)));
  for (const child of elements) {
    if (elementType(child) === 'sequenceFlow') continue;
    const node = readNode(child, parent);
    scope.nodes.push(node);
    byElement.set(child, node);
  }
  for (const child of elements) if (elementType(child) === 'sequenceFlow') scope.flows.push(readFlow(child, byElement, scope));
  for (const node of scope.nodes) {
    const host = childOf(node.element, 'attachedToRef');
    if (host) byElement.get(host)?.boundaryEvents.push(node);
  }
  return scope;
}

function readNode(element: ModdleElement, parent: SourceNode | null): SourceNode {
  const id = textOf(element, 'id') ?? '';
  const node: SourceNode & { content: SourceScope | null } = {
    id,
    name: textOf(element, 'name')?.trim() || id,
    type: elementType(element),
    element,
    parent,
    incoming: [],
    outgoing: [],
    boundaryEvents: [],
    eventDefinitions: [...childrenOf(element, 'eventDefinitions'), ...childrenOf(element, 'eventDefinitionRef')],
    content: null,
  };
  if (Array.isArray(element['flowElements']) || node.type === 'subProcess') node.content = readScope(element, node);
  return node;
}

function readFlow(element: ModdleElement, nodes: ReadonlyMap<ModdleElement, SourceNode>, scope: SourceScope): SourceFlow {
  const [source, target] = ['sourceRef', 'targetRef'].map((end) => {
    const node = childOf(element, end);
    return (node && nodes.get(node)) ?? null;
  }) as [SourceNode | null, SourceNode | null];
  const id = textOf(element, 'id') ?? `${source?.id ?? ''}->${target?.id ?? ''}#${scope.flows.length}`;
  const flow: SourceFlow = {
    id,
    name: textOf(element, 'name')?.trim() || id,
    element,
    source,
    target,
    condition: readCondition(element),
  };
  source?.outgoing.push(flow);
  target?.incoming.push(flow);
  return flow;
}

function readCondition(flow: ModdleElement): SourceFlow['condition'] {
  const element = childOf(flow, 'conditionExpression');
  const text = element && textOf(element, 'body')?.trim();
  return element && text ? { text, language: textOf(element, 'language') } : null;
}
