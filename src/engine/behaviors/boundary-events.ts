import { isActivity, type ActivityNode, type BoundaryEventNode, type FlowNode } from '../definition/process-definition.js';
import { armTimer } from '../event-definitions/timer.js';
import { createElement, mergeVariables, nodeOf, touchElement, visibleVariables, type Draft } from '../state/draft.js';
import { ROOT_SCOPE, type ElementInstance } from '../state/instance-state.js';
import { expressionFailure, failElement } from './fail-element.js';
import { completeElement } from './leave-element.js';
import { terminateElement } from './terminate-element.js';

/** Arms the timer boundary events of an activity that is entered. False: one could not be armed, the activity failed. */
export function armBoundaryTimers(draft: Draft, node: ActivityNode, instance: ElementInstance): boolean {
  if (instance.boundaryTimers.length > 0) return true;
  for (const event of node.boundaryEvents) {
    if (event.trigger.kind !== 'timer') continue;
    try {
      const { dueAt, remaining } = armTimer(
        event.trigger.timer,
        visibleVariables(draft, instance.scopeId, instance.local),
        draft.context.now,
      );
      instance.boundaryTimers.push({ nodeId: event.id, dueAt, remaining });
      draft.effects.push({
        type: 'schedule-timer',
        kind: 'boundary-timer',
        elementInstanceId: instance.id,
        timerNodeId: event.id,
        dueAt,
      });
    } catch (error) {
      failElement(draft, node, instance, expressionFailure(`the timer of '${event.name}'`, error));
      return false;
    }
  }
  return true;
}

/** A boundary event happens: it ends its activity if it interrupts, and a token leaves by it. */
export function triggerBoundaryEvent(draft: Draft, event: BoundaryEventNode, node: FlowNode, instance: ElementInstance): void {
  const { scopeId } = instance;
  if (event.interrupting) terminateElement(draft, node, instance, 'terminated');
  completeElement(draft, event, createElement(draft, event, scopeId, null));
}

/** A modelled error on its way outwards: the nearest boundary event that catches its code takes it. False: nobody does. */
export function catchBpmnError(draft: Draft, instance: ElementInstance, code: string, message: string): boolean {
  for (let at: ElementInstance | null = instance; at; at = at.scopeId === ROOT_SCOPE ? null : touchElement(draft, at.scopeId)) {
    const node = nodeOf(draft, at);
    const event = isActivity(node) ? catchingEvent(node, code) : undefined;
    if (!event) continue;
    mergeVariables(draft, { _lastError: { errorCode: code, errorMessage: message } });
    triggerBoundaryEvent(draft, event, node, at);
    return true;
  }
  return false;
}

/** An event for this very code goes before one that catches all. */
function catchingEvent(node: ActivityNode, code: string): BoundaryEventNode | undefined {
  const catching = node.boundaryEvents.filter((event) => event.trigger.kind === 'error');
  return (
    catching.find((event) => event.trigger.kind === 'error' && event.trigger.errorCode === code) ??
    catching.find((event) => event.trigger.kind === 'error' && event.trigger.errorCode === null)
  );
}
