import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { HoldAttempt, ReleaseAttempt } from './command.js';
import { currentAttempt } from './complete-attempt.js';
import { reject } from './guards.js';

/**
 * The visit whose attempt the node that makes the step was given and has not begun; else a refusal. A number that was given back
 * comes again, to the same node even: when the attempt began tells which of them is meant, where word of it comes twice.
 */
export function unbegunAttempt(draft: Draft, command: HoldAttempt | ReleaseAttempt): ElementInstance | Rejected {
  const { elementInstanceId, attempt, begunAt } = command;
  const instance = currentAttempt(draft, elementInstanceId, attempt);
  if ('kind' in instance) return instance;
  const { node } = draft.context;
  const found =
    instance.owner !== node
      ? `node ${String(instance.owner)} does`
      : instance.attemptStartedAt !== begunAt
        ? 'that has been given back, and another has begun with its number'
        : null;
  if (found === null) return instance;
  const message = `Expected node ${node} to hold the attempt that began at ${begunAt}, but ${found}.`;
  return reject('STALE_ATTEMPT', message, { elementInstanceId, attempt });
}
