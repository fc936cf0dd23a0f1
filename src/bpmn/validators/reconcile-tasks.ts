import { WORK_TASKS } from '../dialects/dialect.js';
import { extensionsOf } from '../extensions.js';
import { reconcileIdOf, type SourceNode, type SourceScope } from '../source-model.js';
import { executableScopes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** What `reprise:reconcile` names is another task with work, beside the one that asks it, which no token comes to. */
export const reconcileTasks: Validator = (model, problems) => {
  for (const scope of executableScopes(model))
    for (const node of scope.nodes) {
      const id = reconcileIdOf(node)?.trim();
      if (id === undefined || !WORK_TASKS.includes(node.type)) continue;
      const report = problems.of(node.id);
      const found = whatIsWrong(node, id, scope);
      if (found !== null)
        report.error(
          'invalid-reconcile',
          `Expected reprise:reconcile to be a task with work of the same process or sub-process without flows and boundary events, but ${found}`,
          'Draw a service, send or script task beside the flow, and give its id.',
        );
      if (extensionsOf(node.element, 'reprise').attributes['delivery'] !== 'at-most-once')
        report.error(
          'invalid-reconcile',
          'Expected reprise:delivery="at-most-once" where reprise:reconcile is, but it is not said',
          'With at-least-once an attempt with unknown outcome is made again; nobody is asked.',
        );
    }
};

function whatIsWrong(node: SourceNode, id: string, scope: SourceScope): string | null {
  const task = scope.nodes.find((other) => other.id === id);
  if (id === '') return 'it is empty';
  if (!task) return `'${id}' is none of them`;
  if (task === node) return 'it is the task itself';
  if (!WORK_TASKS.includes(task.type)) return `'${id}' is a ${task.type}`;
  if (task.incoming.length > 0 || task.outgoing.length > 0) return `'${id}' has sequence flows`;
  if (task.boundaryEvents.length > 0) return `'${id}' has boundary events`;
  return reconcileIdOf(task) === null ? null : `'${id}' asks another one itself`;
}
