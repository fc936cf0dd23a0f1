import { reconcileTaskOf, type SourceNode, type SourceScope } from '../source-model.js';
import { executableScopes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Everything can be reached from a start event, or is asked by a task that can. */
export const unreachableElements: Validator = (model, problems) => {
  for (const scope of executableScopes(model)) {
    const reached = reachedFrom(scope);
    for (const node of scope.nodes)
      if (!reached.has(node))
        problems
          .of(node.id)
          .warning('unreachable-element', `Expected a way from a start event to '${node.id}', but there is none`);
  }
};

function reachedFrom(scope: SourceScope): ReadonlySet<SourceNode> {
  const reached = new Set<SourceNode>();
  const open = scope.nodes.filter(({ type }) => type === 'startEvent');
  for (let node = open.pop(); node; node = open.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const { target } of node.outgoing) if (target) open.push(target);
    open.push(...node.boundaryEvents);
    const asked = reconcileTaskOf(node, scope);
    if (asked) open.push(asked);
  }
  return reached;
}
