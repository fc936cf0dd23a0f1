import type { Problems } from '../problem.js';
import type { Settings } from '../settings.js';
import { nodesOf, reconcileTaskOf, scopesOf, type SourceFlow, type SourceNode, type SourceScope } from '../source-model.js';
import { readProcessSettings, readSettings } from '../dialects/index.js';
import { checkRunPolicy } from './check-run-policy.js';
import { compileCondition, type CompiledCondition } from './compile-condition.js';
import { compileNode, type NodeParts } from './compile-node.js';
import type { CompiledParts } from './link-process.js';

/** Compiles every node and condition of a process for itself, so that all mistakes in them are told at once. */
export function compileProcess(process: SourceScope, problems: Problems): CompiledParts {
  const nodes = new Map<SourceNode, NodeParts>();
  const conditions = new Map<SourceFlow, CompiledCondition>();
  const gatewayScripts = new Map<SourceNode, string>();
  for (const node of nodesOf(process)) {
    const report = problems.of(node.id || null);
    const settings: Settings = readSettings(node, report);
    const parts = compileNode(node, settings, report);
    if (parts) nodes.set(node, parts);
    if (settings.gatewayScript !== undefined) gatewayScripts.set(node, settings.gatewayScript);
  }
  for (const flow of scopesOf(process).flatMap((scope) => scope.flows)) {
    const condition = compileCondition(flow, problems.of(flow.id));
    if (condition) conditions.set(flow, condition);
  }
  reportIdleReconcileTasks(process, nodes, problems);
  const report = problems.of(process.id);
  const retryPolicy = checkRunPolicy(readProcessSettings(process, report).retryPolicy ?? null, report);
  return { nodes, conditions, gatewayScripts, retryPolicy };
}

/** A plain task has work only if a dialect gives it some: the validators cannot see that. */
function reportIdleReconcileTasks(process: SourceScope, nodes: ReadonlyMap<SourceNode, NodeParts>, problems: Problems): void {
  for (const scope of scopesOf(process))
    for (const node of scope.nodes) {
      const task = reconcileTaskOf(node, scope);
      if (task?.type === 'task' && nodes.get(task)?.type === 'task')
        problems
          .of(node.id)
          .error('invalid-reconcile', `Expected reprise:reconcile to be a task with work, but nothing does '${task.id}'`);
    }
}
