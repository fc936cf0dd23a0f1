import type { FlowNode, MessageDefinition } from '../definition/process-definition.js';
import { visibleVariables, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { expressionFailure, failElement } from './fail-element.js';

/** The longest correlation key that is kept. */
const KEY_LENGTH = 500;

/** Waits for a message: its name and the key it must carry (the instance's guid where the model names none). */
export function subscribe(draft: Draft, node: FlowNode, instance: ElementInstance, message: MessageDefinition): void {
  const key = correlationKey(draft, instance, message);
  if (typeof key !== 'string') {
    failElement(draft, node, instance, expressionFailure(`the correlation key of '${node.name}'`, key));
    return;
  }
  instance.incident = null;
  instance.status = 'waiting';
  instance.subscription = { messageName: message.name, correlationKey: key };
  draft.effects.push({
    type: 'open-subscription',
    elementInstanceId: instance.id,
    nodeId: node.id,
    messageName: message.name,
    correlationKey: key,
  });
}

function correlationKey(draft: Draft, instance: ElementInstance, message: MessageDefinition): string | Error {
  if (message.correlationKey === null) return draft.state.guid;
  try {
    const value = message.correlationKey.evaluate(visibleVariables(draft, instance.scopeId, instance.local));
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text !== '' && text.length <= KEY_LENGTH) return text;
    return new Error(
      `it must be a text of 1 to ${KEY_LENGTH} characters or a number, and is ${JSON.stringify(value).slice(0, 100)}`,
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
