import { isActivity, type ActivityNode, type BoundaryEventNode, type FlowNode } from '../definition/process-definition.js';
import { armTimer, rearmTimer } from '../event-definitions/timer.js';
import { createElement, mergeVariables, nodeOf, touchElement, visibleVariables, type Draft } from '../state/draft.js';
import { ROOT_SCOPE, type ElementInstance } from '../state/instance-state.js';
import { endCalledByError } from './close-run.js';
import { expressionFailure, failElement, type Failure } from './fail-element.js';
import { completeElement, endVisit } from './leave-element.js';
import { terminateElement } from './terminate-element.js';

/**
 * Arms the timer boundary events of an activity that is entered, all or none, once in a visit. False: one could not be armed,
 * the activity failed.
 */
export function armBoundaryTimers(draft: Draft, node: ActivityNode, instance: ElementInstance): boolean {
  if (instance.timersArmed) return true;
  const armed: ElementInstance['boundaryTimers'][number][] = [];
  for (const event of node.boundaryEvents) {
    if (event.trigger.kind !== 'timer') continue;
    try {
      const variables = visibleVariables(draft, instance.scopeId, instance.local);
      armed.push({ nodeId: event.id, ...armTimer(event.trigger.timer, variables, draft.context.now) });
    } catch (error) {
      failElement(draft, node, instance, expressionFailure(`the timer of '${event.name}'`, error));
      return false;
    }
  }
  instance.timersArmed = true;
  for (const timer of armed) scheduleBoundaryTimer(draft, instance, timer);
  return true;
}

/**
 * A boundary timer of the visit is due: its event happens, and a cycle that does not interrupt is scheduled again. With a
 * failure the token does not leave the event.
 */
export function fireBoundaryTimer(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  eventId: string,
  failure: Pick<Failure, 'code' | 'message'> | null,
): void {
  const event = isActivity(node) ? node.boundaryEvents.find((each) => each.id === eventId) : undefined;
  const armed = instance.boundaryTimers.find((timer) => timer.nodeId === eventId);
  if (!event || !armed) return;
  instance.boundaryTimers = instance.boundaryTimers.filter((timer) => timer !== armed);
  draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: eventId });
  const next = event.interrupting ? null : rearmTimer(armed, draft.context.now);
  if (next) scheduleBoundaryTimer(draft, instance, { nodeId: eventId, ...next });
  triggerBoundaryEvent(draft, event, node, instance, failure);
}

function scheduleBoundaryTimer(draft: Draft, instance: ElementInstance, timer: ElementInstance['boundaryTimers'][number]): void {
  const { nodeId: timerNodeId, dueAt } = timer;
  instance.boundaryTimers = [...instance.boundaryTimers, timer];
  draft.effects.push({ type: 'schedule-timer', kind: 'boundary-timer', elementInstanceId: instance.id, timerNodeId, dueAt });
}

/** A boundary event happens: it ends its activity if it interrupts, and a token leaves by it, or stands failed on it. */
function triggerBoundaryEvent(
  draft: Draft,
  event: BoundaryEventNode,
  node: FlowNode,
  instance: ElementInstance,
  failure: Pick<Failure, 'code' | 'message'> | null = null,
): void {
  const { scopeId } = instance;
  if (event.interrupting) terminateElement(draft, node, instance, 'terminated');
  const token = createElement(draft, event, scopeId, null);
  if (failure) failElement(draft, event, token, { ...failure, kind: 'model' });
  else completeElement(draft, event, token);
}

/**
 * A modelled error on its way outwards: the nearest boundary event that catches its code takes it, in a called process at last
 * those of its caller. False: nobody does.
 */
export function catchBpmnError(draft: Draft, instance: ElementInstance, code: string, message: string): boolean {
  for (let at: ElementInstance | null = instance; at; at = at.scopeId === ROOT_SCOPE ? null : touchElement(draft, at.scopeId)) {
    const node = nodeOf(draft, at);
    const event = isActivity(node) ? catchingEvent(node, code) : undefined;
    if (!event) continue;
    const origin = nodeOf(draft, instance);
    if (origin.type === 'endEvent') endVisit(draft, origin, instance, 'completed');
    mergeVariables(draft, 'error', instance, { _lastError: { errorCode: code, errorMessage: message } });
    triggerBoundaryEvent(draft, event, node, at);
    return true;
  }
  return endCalledByError(draft, instance, { code, message });
}

/** An event for this very code goes before one that catches all. */
function catchingEvent(node: ActivityNode, code: string): BoundaryEventNode | undefined {
  const catching = node.boundaryEvents.filter((event) => event.trigger.kind === 'error');
  return (
    catching.find((event) => event.trigger.kind === 'error' && event.trigger.errorCode === code) ??
    catching.find((event) => event.trigger.kind === 'error' && event.trigger.errorCode === null)
  );
}
