import type { FlowNode, GatewayNode, ProcessDefinition, RetryPolicy, SequenceFlow, SubProcessNode } from '../../engine/index.js';
import { textOf } from '../moddle-element.js';
import { nodesOf, reconcileTaskOf, scopesOf, type SourceFlow, type SourceNode, type SourceScope } from '../source-model.js';
import type { CompiledCondition } from './compile-condition.js';
import { compileDecision } from './compile-decision.js';
import type { NodeParts } from './compile-node.js';
import { reachableFrom } from './reachable-from.js';

/** All that was compiled piece by piece. */
export interface CompiledParts {
  readonly nodes: ReadonlyMap<SourceNode, NodeParts>;
  readonly conditions: ReadonlyMap<SourceFlow, CompiledCondition>;
  readonly gatewayScripts: ReadonlyMap<SourceNode, string>;
  /** Of the process itself. */
  readonly retryPolicy: RetryPolicy | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Joins the parts of a process that has no errors into the graph that the engine walks. */
export function linkProcess(scope: SourceScope, parts: CompiledParts): ProcessDefinition {
  const sources = nodesOf(scope);
  const linked = new Map<SourceNode, FlowNode>();
  sources.forEach((source, index) => linked.set(source, createNode(source, index, parts, linked)));
  for (const { flows } of scopesOf(scope)) for (const flow of flows) linkFlow(flow, linked, parts);
  const nodes = [...linked.values()];
  const nodesById = new Map(nodes.map((node) => [node.id, node]));
  for (const source of sources) finishNode(source, scope, linked, parts, nodesById);
  const startEvents = nodes.filter((node) => node.type === 'startEvent' && node.parent === null);
  const key = scope.id ?? '';
  const name = textOf(scope.element, 'name')?.trim() || key;
  const { retryPolicy } = parts;
  return { key, name, nodes, nodesById, startEvents: startEvents.filter((node) => node.type === 'startEvent'), retryPolicy };
}

function createNode(
  source: SourceNode,
  index: number,
  { nodes }: CompiledParts,
  linked: ReadonlyMap<SourceNode, FlowNode>,
): FlowNode {
  const own = nodes.get(source);
  if (!own) throw new Error(`Expected ${source.type} '${source.id}' to be compiled, but it is not`);
  const parent = source.parent ? (linked.get(source.parent) as SubProcessNode) : null;
  const node = { index, id: source.id, name: source.name, parent, incoming: [], outgoing: [], defaultFlow: null, ...own };
  const work = 'work' in own ? { reconcile: null } : {};
  return ('inputs' in own ? { ...node, boundaryEvents: [], ...work } : node) as FlowNode;
}

function linkFlow(flow: SourceFlow, linked: ReadonlyMap<SourceNode, FlowNode>, { conditions }: CompiledParts): void {
  const source = flow.source && linked.get(flow.source);
  const target = flow.target && linked.get(flow.target);
  if (!source || !target) throw new Error(`Expected flow '${flow.id}' to have both ends, but it does not`);
  const isDefault = flow.source?.element['default'] === flow.element;
  const condition = conditions.get(flow)?.expression ?? null;
  const compiled: SequenceFlow = { id: flow.id, name: flow.name, source, target, condition, isDefault };
  (source.outgoing as SequenceFlow[]).push(compiled);
  (target.incoming as SequenceFlow[]).push(compiled);
  if (isDefault) (source as Writable<FlowNode>).defaultFlow = compiled;
}

function finishNode(
  source: SourceNode,
  scope: SourceScope,
  linked: ReadonlyMap<SourceNode, FlowNode>,
  parts: CompiledParts,
  nodesById: ReadonlyMap<string, FlowNode>,
): void {
  const node = linked.get(source);
  if (!node) return;
  if ('boundaryEvents' in node) Object.assign(node, { boundaryEvents: source.boundaryEvents.map((event) => linked.get(event)) });
  if ('reconcile' in node) {
    const task = reconcileTaskOf(source, source.parent?.content ?? scope);
    Object.assign(node, { reconcile: task && linked.get(task) });
  }
  if (node.type === 'subProcess') {
    const start = source.content?.nodes.find(({ type }) => type === 'startEvent');
    Object.assign(node, { startEvent: start && linked.get(start) });
  }
  if (node.type === 'exclusiveGateway' || node.type === 'inclusiveGateway' || node.type === 'parallelGateway') {
    const script = parts.gatewayScripts.get(source) ?? null;
    Object.assign(node, { decision: compileDecision(source, script, parts.conditions, node.defaultFlow?.id ?? null) });
    defineReachableFrom(node, nodesById);
  }
}

/** Worked out when first asked for: only inclusive joins that run need it, and all of them together grow with the square of the model. */
function defineReachableFrom(gateway: GatewayNode, nodesById: ReadonlyMap<string, FlowNode>): void {
  let known: readonly ReadonlySet<number>[] | null = null;
  const isJoin = gateway.type === 'inclusiveGateway' && gateway.incoming.length > 1;
  Object.defineProperty(gateway, 'reachableFrom', {
    enumerable: true,
    get: () => (known ??= isJoin ? reachableFrom(gateway, nodesById) : gateway.incoming.map(() => new Set<number>())),
  });
}
