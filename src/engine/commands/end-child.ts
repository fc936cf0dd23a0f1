import { catchBpmnError } from '../behaviors/boundary-events.js';
import { failElement } from '../behaviors/fail-element.js';
import type { CallActivityNode } from '../definition/process-definition.js';
import { elementOf } from '../elements/index.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { EndedChild, ElementInstance, InstanceState } from '../state/instance-state.js';
import type { JsonObject } from '../state/json.js';
import type { Rejected } from '../step-result.js';
import type { EndChild } from './command.js';
import { reject } from './guards.js';
import { stepOver } from './keep-trail.js';

/** A child has ended: its call activity completes, takes its boundary event or fails. Kept for later while the instance is paused. */
export function endChild(draft: Draft, before: InstanceState, { ended }: EndChild): Rejected | null {
  const instance = touchElement(draft, ended.elementInstanceId);
  const isKept = draft.state.inbox.some((entry) => entry.type === 'child' && entry.ended.elementInstanceId === instance?.id);
  if (instance?.status !== 'calling' || ended.run < instance.run || isKept) {
    const waits = instance?.status === 'calling' ? `it waits for run ${instance.run}` : `it is ${instance?.status ?? 'over'}`;
    const found = isKept ? 'that end is known' : waits;
    const message = `Expected element instance ${ended.elementInstanceId} to wait for run ${ended.run} of its child, but ${found}.`;
    return reject('NO_SUCH_CALL', message, { currentStatus: before.status });
  }
  draft.subject = instance;
  if (draft.state.paused) draft.state.inbox = [...draft.state.inbox, { type: 'child', ended }];
  else takeEndOf(draft, ended);
  return null;
}

/** What the end of a child leads to. */
export function takeEndOf(draft: Draft, ended: EndedChild): void {
  const instance = touchElement(draft, ended.elementInstanceId);
  if (instance?.status !== 'calling') return;
  const node = nodeOf(draft, instance) as CallActivityNode;
  // A run that never was leaves its number to the next.
  instance.run = ended.outcome === 'not-started' ? ended.run - 1 : ended.run;
  instance.status = 'ready';
  if (ended.outcome !== 'completed') return fail(draft, node, instance, ended);
  const result = withoutInherited(draft, node, ended.variables ?? {});
  stepOver(draft, node, instance, true);
  elementOf(node).resolve?.(draft, node, instance, { result, variables: node.returnsAll ? result : null });
}

/** The result of an earlier call, which the child was given and gives back: each call would wrap it once more. */
function withoutInherited(draft: Draft, { resultVariable }: CallActivityNode, variables: JsonObject): JsonObject {
  if (resultVariable === null) return variables;
  const { [resultVariable]: inherited, ...own } = variables;
  const isInherited =
    inherited !== undefined && JSON.stringify(inherited) === JSON.stringify(draft.state.variables[resultVariable]);
  return isInherited ? own : variables;
}

/** A modelled error is for a boundary event; without one, and in all other cases, the call activity fails. */
function fail(draft: Draft, node: CallActivityNode, instance: ElementInstance, { outcome, error, childGuid }: EndedChild): void {
  const { code, message } = error ?? {
    code: 'CHILD_CANCELLED',
    message: `The process instance '${childGuid}' that '${node.name}' called was cancelled.`,
  };
  if (outcome === 'failed' && catchBpmnError(draft, instance, code, message)) return;
  const kind = outcome === 'failed' ? 'business' : outcome === 'cancelled' ? 'technical' : 'model';
  failElement(draft, node, instance, { code, message, kind, details: { childInstanceId: childGuid } });
}
