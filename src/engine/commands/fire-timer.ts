import { activateHeld } from '../behaviors/advance.js';
import { triggerBoundaryEvent } from '../behaviors/boundary-events.js';
import { expressionFailure, failElement } from '../behaviors/fail-element.js';
import { isActivity, type BoundaryEventNode, type FlowNode } from '../definition/process-definition.js';
import { elementOf } from '../elements/index.js';
import { rearmTimer } from '../event-definitions/timer.js';
import { nodeOf, touchElement, visibleVariables, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { FireTimer } from './command.js';
import { reject } from './guards.js';

/** A timer row fell due. Refused (and the row dropped) when the visit no longer waits for it. */
export function fireTimer(draft: Draft, before: InstanceState, command: FireTimer): Rejected | null {
  const instance = touchElement(draft, command.elementInstanceId);
  if (!instance || !isAwaited(instance, command)) {
    return reject('NOTHING_DUE', `Element instance ${command.elementInstanceId} does not wait for this timer.`, {
      currentStatus: before.status,
    });
  }
  const node = nodeOf(draft, instance);
  draft.subject = instance;
  if (draft.state.paused) keepForLater(draft, command);
  else if (command.kind === 'boundary-timer') fireBoundary(draft, node, instance, command.timerNodeId);
  else {
    draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: '' });
    instance.dueAt = null;
    if (command.kind === 'retry') draft.activate(draft, node, instance);
    else if (command.kind === 'continue') activateHeld(draft, instance.id);
    else elementOf(node).resolve?.(draft, node, instance, { result: null, variables: null });
  }
  return null;
}

function isAwaited(instance: ElementInstance, command: FireTimer): boolean {
  switch (command.kind) {
    case 'retry':
      return instance.status === 'retrying';
    case 'continue':
      return instance.status === 'ready';
    case 'timer':
      return instance.status === 'waiting' && instance.dueAt !== null;
    case 'boundary-timer':
      return instance.boundaryTimers.some((timer) => timer.nodeId === command.timerNodeId);
  }
}

/** The row goes, the firing stays: it is acted on at resume. */
function keepForLater(draft: Draft, { kind, elementInstanceId, timerNodeId }: FireTimer): void {
  draft.effects.push({ type: 'cancel-timer', elementInstanceId, timerNodeId });
  draft.state.inbox = [...draft.state.inbox, { type: 'timer', timer: { kind, elementInstanceId, timerNodeId } }];
}

function fireBoundary(draft: Draft, node: FlowNode, instance: ElementInstance, eventId: string): void {
  const event = isActivity(node) ? node.boundaryEvents.find((each) => each.id === eventId) : undefined;
  const armed = instance.boundaryTimers.find((timer) => timer.nodeId === eventId);
  if (!event || !armed) return;
  draft.effects.push({ type: 'cancel-timer', elementInstanceId: instance.id, timerNodeId: eventId });
  if (!event.interrupting) rearm(draft, event, node, instance, armed);
  triggerBoundaryEvent(draft, event, node, instance);
}

/** A non-interrupting cycle fires again, for as often as it says. */
function rearm(
  draft: Draft,
  event: BoundaryEventNode,
  node: FlowNode,
  instance: ElementInstance,
  armed: ElementInstance['boundaryTimers'][number],
): void {
  instance.boundaryTimers = instance.boundaryTimers.filter((timer) => timer !== armed);
  if (event.trigger.kind !== 'timer' || event.trigger.timer.kind !== 'cycle' || armed.remaining === 0) return;
  try {
    const variables = visibleVariables(draft, instance.scopeId, instance.local);
    const { dueAt, remaining } = rearmTimer(event.trigger.timer, variables, armed.dueAt, armed.remaining);
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
  }
}
