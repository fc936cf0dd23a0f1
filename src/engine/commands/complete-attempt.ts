import { elementOf } from '../elements/index.js';
import { nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { CompleteAttempt } from './command.js';
import { reject } from './guards.js';
import { stepOver } from './keep-trail.js';

/** An attempt succeeded: its result is written and the token goes on. Only the current attempt's holder can do so. */
export function completeAttempt(draft: Draft, command: CompleteAttempt): Rejected | null {
  const instance = currentAttempt(draft, command.elementInstanceId, command.attempt);
  if ('kind' in instance) return instance;
  instance.owner = null;
  const node = nodeOf(draft, instance);
  stepOver(draft, node, instance, true);
  draft.subject = instance;
  elementOf(node).resolve?.(draft, node, instance, { result: command.result, variables: command.variables });
  return null;
}

/** The visit while this very attempt runs; else a refusal: the outcome came late, twice or out of order. */
export function currentAttempt(draft: Draft, elementInstanceId: number, attempt: number): ElementInstance | Rejected {
  const instance = touchElement(draft, elementInstanceId);
  if (instance?.status === 'executing' && instance.attempt === attempt) return instance;
  const found = instance ? `it is ${instance.status} at attempt ${instance.attempt}` : 'the visit has ended';
  return reject(
    'STALE_ATTEMPT',
    `Expected attempt ${attempt} of element instance ${elementInstanceId} to be executing, but ${found}.`,
    {
      elementInstanceId,
      attempt,
      ...(instance ? { taskId: instance.nodeId } : {}),
    },
  );
}
