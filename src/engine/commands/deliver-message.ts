import { elementOf } from '../elements/index.js';
import { nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance, InstanceState } from '../state/instance-state.js';
import type { JsonObject } from '../state/json.js';
import type { Rejected } from '../step-result.js';
import type { DeliverMessage } from './command.js';
import { reject } from './guards.js';
import { keepTrail } from './keep-trail.js';

/** A message reached a subscription. Refused when the visit no longer waits: the message goes elsewhere. */
export function deliverMessage(draft: Draft, before: InstanceState, command: DeliverMessage): Rejected | null {
  const waiting = openElements(before).find((element) => element.id === command.elementInstanceId);
  if (waiting?.status !== 'waiting' || waiting.subscription === null) {
    return reject('TASK_NOT_WAITING', `Element instance ${command.elementInstanceId} no longer waits for a message.`, {
      currentStatus: before.status,
    });
  }
  deliver(draft, command.elementInstanceId, command.payload, null);
  return null;
}

/** Hands what came to the visit that waits for it; keeps it for later while the instance is paused. */
export function deliver(draft: Draft, elementInstanceId: number, payload: JsonObject, action: string | null): void {
  const instance = touchElement(draft, elementInstanceId);
  if (instance?.status !== 'waiting') return;
  draft.subject = instance;
  if (draft.state.paused) {
    keepForLater(draft, instance, payload, action);
    return;
  }
  keepTrail(draft, instance, true);
  const node = nodeOf(draft, instance);
  const variables = action === null ? payload : { ...payload, lastUserAction: action };
  const result = action === null ? payload : { ...payload, action };
  elementOf(node).resolve?.(draft, node, instance, { result, variables });
}

/** The first that arrives counts; the subscription is given up so that a second message finds nobody. */
function keepForLater(draft: Draft, instance: ElementInstance, payload: JsonObject, action: string | null): void {
  if (draft.state.inbox.some((entry) => entry.type === 'message' && entry.elementInstanceId === instance.id)) return;
  if (instance.subscription !== null) draft.effects.push({ type: 'close-subscription', elementInstanceId: instance.id });
  instance.subscription = null;
  draft.state.inbox = [...draft.state.inbox, { type: 'message', elementInstanceId: instance.id, payload, action }];
}
