import { isActivity, type ActivityNode, type FlowNode } from '../../../engine/index.js';
import type { LiveInstance } from '../../session/live-instance.js';

/** A variable that the skipped task would have written, is absent, and is read further on. */
export interface SkipWarning {
  readonly variable: string;
  readonly readBy: readonly string[];
  readonly message: string;
}

/** What the tasks after the skipped one will look for in vain (CONTRACT section 4), as far as the model shows it. */
export function missingOutputs(instance: LiveInstance, taskId: string): SkipWarning[] {
  const skipped = instance.definition.nodesById.get(taskId);
  if (!skipped || !isActivity(skipped)) return [];
  const missing = writtenBy(skipped).filter((name) => instance.state.variables[name] === undefined);
  if (missing.length === 0) return [];
  const later = downstream(skipped);
  return missing.flatMap((variable) => {
    const readBy = later.filter((node) => mentions(node, variable)).map((node) => node.id);
    const message = `'${variable}' would have been written by '${skipped.name}' and is read by ${readBy.join(', ')}; supply it as additionalData or by SetProcessVariables.`;
    return readBy.length > 0 ? [{ variable, readBy, message }] : [];
  });
}

function writtenBy(node: ActivityNode): string[] {
  if (node.outputs.length > 0) return node.outputs.map((mapping) => mapping.target.split('.')[0] ?? mapping.target);
  const assigned = 'work' in node ? assignedIn(node.work.config['source']) : [];
  return node.resultVariable === null ? assigned : [node.resultVariable, ...assigned];
}

/** `context.x = ...` in a script. */
function assignedIn(source: unknown): string[] {
  if (typeof source !== 'string') return [];
  return [...new Set([...source.matchAll(/\bcontext\.([A-Za-z_$][\w$]*)\s*=(?!=)/g)].map((match) => match[1] ?? ''))];
}

function downstream(from: FlowNode): FlowNode[] {
  const seen = new Set<FlowNode>();
  const queue: FlowNode[] = from.outgoing.map((flow) => flow.target);
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    queue.push(...node.outgoing.map((flow) => flow.target));
    if (node.type === 'subProcess') queue.push(node.startEvent);
  }
  return [...seen];
}

/** True where the name stands as a word in what the element evaluates or executes. */
function mentions(node: FlowNode, variable: string): boolean {
  const texts: string[] = node.outgoing.flatMap((flow) => (flow.condition ? [flow.condition.source] : []));
  if (isActivity(node))
    texts.push(
      ...node.inputs.map((mapping) => mapping.source.source),
      ...('work' in node ? [JSON.stringify(node.work.config)] : []),
    );
  if ('decision' in node && node.decision) texts.push(JSON.stringify(node.decision.config));
  const word = new RegExp(`(^|[^\\w$])${variable.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}($|[^\\w$])`);
  return texts.some((text) => word.test(text));
}
