import { advance } from './behaviors/advance.js';
import { freeRetries } from './behaviors/free-retries.js';
import { activateJob } from './commands/activate-job.js';
import { cancelProcessInstance } from './commands/cancel-process-instance.js';
import type { Command } from './commands/command.js';
import { completeAttempt } from './commands/complete-attempt.js';
import { deliverMessage } from './commands/deliver-message.js';
import { endChild } from './commands/end-child.js';
import { failAttempt } from './commands/fail-attempt.js';
import { fireTimers } from './commands/fire-timers.js';
import { giveUpRetries } from './commands/give-up-retries.js';
import { reject } from './commands/guards.js';
import { holdAttempt } from './commands/hold-attempt.js';
import { keepTrail } from './commands/keep-trail.js';
import { loseAttempts } from './commands/lose-attempts.js';
import { pauseProcessInstance } from './commands/pause-process-instance.js';
import { postponeRetry } from './commands/postpone-retry.js';
import { recordHeartbeat } from './commands/record-heartbeat.js';
import { releaseAttempt } from './commands/release-attempt.js';
import { releaseParked } from './commands/release-parked.js';
import { resumeProcessInstance } from './commands/resume-process-instance.js';
import { retryFailedTask } from './commands/retry-failed-task.js';
import { retryNow } from './commands/retry-now.js';
import { setProcessVariables } from './commands/set-process-variables.js';
import { signalProcessInstance } from './commands/signal-process-instance.js';
import { skipFailedTask } from './commands/skip-failed-task.js';
import { newInstance, startProcessInstance } from './commands/start-process-instance.js';
import { stepBackward } from './commands/step-backward.js';
import { stepForward } from './commands/step-forward.js';
import { updateRetryPolicy } from './commands/update-retry-policy.js';
import type { ProcessDefinition } from './definition/process-definition.js';
import { elementOf } from './elements/index.js';
import { expectInvariant } from './invariant.js';
import { openDraft, openElements, type Draft, type StepContext } from './state/draft.js';
import type { InstanceState } from './state/instance-state.js';
import type { Accepted, Rejected, StepResult } from './step-result.js';

/**
 * The engine: what becomes of an instance by a command. Pure: the same arguments give the same answer, nothing is
 * executed, and the state that is handed in stays as it was.
 *
 * @param state null for `start-process-instance`, the current state for all others
 * @returns the new state with the effects to perform after it is stored, or why the command cannot be done
 * @throws InvariantViolation on a bug in the engine or a state that does not fit the definition
 */
export function step(
  definition: ProcessDefinition,
  state: InstanceState | null,
  command: Command,
  context: StepContext,
): StepResult {
  if (command.type === 'start-process-instance') {
    if (state !== null)
      return reject('ALREADY_STARTED', `Process instance '${command.guid}' has been started.`, { currentStatus: state.status });
    const before = newInstance(command, context.now);
    return finish(openStep(definition, before, context), null, (draft) => startProcessInstance(draft, command));
  }
  expectInvariant(state, 'an instance to be loaded before it is commanded');
  return finish(openStep(definition, state, context), state, (draft) => perform(draft, state, command));
}

function openStep(definition: ProcessDefinition, state: InstanceState, context: StepContext): Draft {
  return openDraft(definition, state, context, (draft, node, instance) => elementOf(node).activate(draft, node, instance));
}

function perform(
  draft: Draft,
  before: InstanceState,
  command: Exclude<Command, { type: 'start-process-instance' }>,
): Rejected | null {
  switch (command.type) {
    case 'complete-attempt':
      return completeAttempt(draft, command);
    case 'fail-attempt':
      return failAttempt(draft, command);
    case 'lose-attempts':
      return loseAttempts(draft, before, command);
    case 'release-attempt':
      return releaseAttempt(draft, command);
    case 'fire-timers':
      return fireTimers(draft, before, command);
    case 'activate-job':
      return activateJob(draft, before, command);
    case 'record-heartbeat':
      return recordHeartbeat(draft, command);
    case 'hold-attempt':
      return holdAttempt(draft, command);
    case 'release-parked':
      return releaseParked(draft, before, command);
    case 'deliver-message':
      return deliverMessage(draft, before, command);
    case 'end-child':
      return endChild(draft, before, command);
    case 'signal-process-instance':
      return signalProcessInstance(draft, before, command);
    case 'retry-failed-task':
      return retryFailedTask(draft, before, command);
    case 'skip-failed-task':
      return skipFailedTask(draft, before, command);
    case 'cancel-process-instance':
      return cancelProcessInstance(draft, before, command);
    case 'pause-process-instance':
      return pauseProcessInstance(draft, before, command);
    case 'resume-process-instance':
      return resumeProcessInstance(draft, before, command);
    case 'set-process-variables':
      return setProcessVariables(draft, before, command);
    case 'step-forward':
      return stepForward(draft, before);
    case 'step-backward':
      return stepBackward(draft, before);
    case 'retry-now':
      return retryNow(draft, before, command);
    case 'postpone-retry':
      return postponeRetry(draft, before, command);
    case 'give-up-retries':
      return giveUpRetries(draft, before, command);
    case 'update-retry-policy':
      return updateRetryPolicy(draft, before, command);
  }
}

function finish(draft: Draft, before: InstanceState | null, perform: (draft: Draft) => Rejected | null): StepResult {
  const variablesBefore = before?.variables ?? null;
  const refused = perform(draft);
  if (refused) return refused;
  advance(draft);
  if (before !== null && (draft.changes.length > 0 || draft.freesRetries)) freeRetries(draft, before);
  if (before !== null) keepTrail(draft, before);
  const { subject, state } = draft;
  return {
    kind: 'accepted',
    state,
    effects: draft.effects,
    touchedScopes: draft.touchedScopes,
    variablesChanged: state.variables !== variablesBefore,
    variableWrites: draft.writes,
    report: {
      statusBefore: before?.status ?? null,
      statusAfter: state.status,
      taskId: subject?.nodeId ?? null,
      elementInstanceId: subject?.id ?? null,
      attempt: subject?.attempt ?? null,
      changes: draft.changes,
      terminatedTasks: draft.terminatedTasks,
      cancelledCalls: draft.effects.flatMap((effect) => (effect.type === 'cancel-child' ? [effect.elementInstanceId] : [])),
      activityBefore: before === null ? null : (openElements(before)[0]?.nodeId ?? null),
      previousExecution: draft.previousExecution,
    },
  } satisfies Accepted;
}
