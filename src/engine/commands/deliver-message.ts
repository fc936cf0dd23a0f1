import { catchBpmnError } from '../behaviors/boundary-events.js';
import { failElement } from '../behaviors/fail-element.js';
import { elementOf } from '../elements/index.js';
import { nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { InboxEntry, InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { DeliverMessage } from './command.js';
import { reject } from './guards.js';
import { stepOver } from './keep-trail.js';

/** What reached a visit that waits: a message, a signal, or word that the work outside failed. */
export type Delivery = Omit<Extract<InboxEntry, { type: 'message' }>, 'type'>;

/** A message reached a subscription. Refused when the visit no longer waits: the message goes elsewhere. */
export function deliverMessage(draft: Draft, before: InstanceState, command: DeliverMessage): Rejected | null {
  const waiting = openElements(before).find((element) => element.id === command.elementInstanceId);
  if (waiting?.status !== 'waiting' || waiting.subscription === null) {
    return reject('TASK_NOT_WAITING', `Element instance ${command.elementInstanceId} no longer waits for a message.`, {
      currentStatus: before.status,
    });
  }
  deliver(draft, { elementInstanceId: command.elementInstanceId, payload: command.payload, action: null, failure: null });
  return null;
}

/** Hands what came to the visit that waits for it; keeps it for later while the instance is paused. */
export function deliver(draft: Draft, delivery: Delivery): void {
  const instance = touchElement(draft, delivery.elementInstanceId);
  if (instance?.status !== 'waiting') return;
  draft.subject = instance;
  if (draft.state.paused) {
    keepForLater(draft, delivery);
    return;
  }
  const node = nodeOf(draft, instance);
  const { payload, action, failure } = delivery;
  if (failure !== null) {
    if (!catchBpmnError(draft, instance, failure.code, failure.message))
      failElement(draft, node, instance, { ...failure, kind: 'technical' });
    return;
  }
  const variables = action === null ? payload : { ...payload, lastUserAction: action };
  const result = action === null ? payload : { ...payload, action };
  stepOver(draft, node, instance, true);
  elementOf(node).resolve?.(draft, node, instance, { result, variables });
}

/** The first that arrives counts; the subscription is given up so that a second message finds nobody. */
function keepForLater(draft: Draft, delivery: Delivery): void {
  const { elementInstanceId } = delivery;
  const instance = touchElement(draft, elementInstanceId);
  if (!instance || draft.state.inbox.some((entry) => entry.type === 'message' && entry.elementInstanceId === elementInstanceId))
    return;
  if (instance.subscription !== null) draft.effects.push({ type: 'close-subscription', elementInstanceId });
  instance.subscription = null;
  draft.state.inbox = [...draft.state.inbox, { type: 'message', ...delivery }];
}
