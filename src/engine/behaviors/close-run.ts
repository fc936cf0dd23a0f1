import type { StartProcessInstance } from '../commands/command.js';
import type { CallActivityNode, FlowNode, ProcessDefinition } from '../definition/process-definition.js';
import { decideOnFailure, type FailureDecision } from '../recovery/decide-on-failure.js';
import { classifyError, statusOf } from '../recovery/classify-error.js';
import { diceOf } from '../recovery/delay-of.js';
import type { RetryPolicy } from '../recovery/retry-policy.js';
import { createElement, nodeOf, openElements, touchElement, type Draft } from '../state/draft.js';
import { ROOT_SCOPE, type ElementInstance, type Ending, type Incident, type RunState } from '../state/instance-state.js';
import { runGuid } from '../state/run-guid.js';
import { scheduleRetry } from './fail-element.js';
import { endVisit } from './leave-element.js';
import { terminateScope } from './terminate-element.js';

/** The policy for runs of a process: its caller's, else its own. */
export function runPolicyOf(definition: ProcessDefinition, caller: CallActivityNode | null | undefined): RetryPolicy | null {
  return caller?.retryPolicy ?? definition.retryPolicy;
}

/** What a new instance is among runs; null: its process has no policy for them. */
export function firstRun({ definition, context, state }: Draft, { startEventId }: StartProcessInstance): RunState | null {
  if (runPolicyOf(definition, context.caller) === null) return null;
  return {
    number: 1,
    firstGuid: state.guid,
    previousGuid: null,
    countedFrom: 0,
    since: context.now,
    delayMs: 0,
    reason: null,
    startEventId,
    inHands: false,
  };
}

/** The new run stands at its start event until its delay is over, like a task that is attempted again later. */
export function waitForRun(draft: Draft, event: FlowNode, incident: Incident): void {
  const token = createElement(draft, event, ROOT_SCOPE, null);
  const dueAt = draft.context.now + (draft.state.run?.delayMs ?? 0);
  Object.assign(token, { status: 'retrying', dueAt, incident: { ...incident, attempt: token.attempt } });
  scheduleRetry(draft, token, dueAt);
}

/** A person decides about a failure of this run: what they repair is not thrown away for another run. */
export function takeInHands(draft: Draft): void {
  if (draft.state.run !== null) draft.state.run = { ...draft.state.run, inHands: true };
}

/**
 * At the end of a step: a run in which an incident was opened is closed, where its policy allows another, which begins in the
 * same transaction. In no later step: an incident that people can see is theirs. True when it is closed.
 */
export function closeFailedRun(draft: Draft): boolean {
  const { state } = draft;
  if (state.endedAt !== null || state.paused || draft.opened.size === 0) return false;
  const failed = openElements(state).filter(({ status }) => status === 'failed');
  const [first] = failed;
  if (!first?.incident || first.incident.decision.action === 'escalate') return false;
  if (!failed.every(({ id }) => draft.opened.has(id))) return false;
  const decision = decideOnRun(draft, first.incident);
  const instance = touchElement(draft, first.id);
  if (decision?.action === 'retry' && instance) closeRun(draft, instance, first.incident, decision);
  else if (decision?.exhausted) recordRun(draft, first, 'RunsExhausted', first.incident, { reason: decision.reason });
  return state.endedAt !== null;
}

/**
 * A modelled error that nothing in a called process catches. That of an end event ends it, and so does any that its caller
 * catches; where the caller does not, its policy may allow another run. False: it is a failure like any other.
 */
export function endCalledByError(draft: Draft, instance: ElementInstance, error: Pick<Ending, 'code' | 'message'>): boolean {
  const { caller } = draft.context;
  if (!caller) return false;
  const node = nodeOf(draft, instance);
  const isCaught = catches(caller, error.code);
  if (node.type !== 'endEvent' && !isCaught) return false;
  const incident = incidentOf(draft, instance, error);
  const decision = isCaught ? null : decideOnRun(draft, incident);
  if (decision?.action === 'retry') closeRun(draft, instance, incident, decision);
  else {
    recordRun(draft, instance, 'ProcessEndedByError', incident, isCaught ? {} : { reason: 'nothing in the caller catches it' });
    if (node.type === 'endEvent') endVisit(draft, node, instance, 'completed');
    endInstance(draft, { because: 'error', ...error, nextGuid: null });
  }
  return true;
}

/** Whether a boundary event of the call activity, or of a sub-process around it, takes an error with this code. */
function catches(caller: CallActivityNode, code: string): boolean {
  for (let node: Pick<CallActivityNode, 'boundaryEvents' | 'parent'> | null = caller; node; node = node.parent)
    for (const { trigger } of node.boundaryEvents)
      if (trigger.kind === 'error' && (trigger.errorCode === code || trigger.errorCode === null)) return true;
  return false;
}

/** Null: there is no other run, whatever the failure. */
function decideOnRun({ definition, context, state }: Draft, incident: Incident): FailureDecision | null {
  const policy = runPolicyOf(definition, context.caller);
  const { run } = state;
  if (policy === null || run === null || run.inHands) return null;
  const { code, message, details, errorClass, kind } = incident;
  return decideOnFailure(policy, {
    code,
    message,
    details,
    errorClass,
    status: statusOf(code, details),
    // Of a run that is made again from its start, a modelled error and a way that is not there are failures like others.
    kind: kind === 'unknown-outcome' ? kind : 'technical',
    nonRetryable: false,
    retryAfterMs: null,
    nextDelayMs: null,
    retriesLeft: null,
    attempt: run.number,
    attempts: Math.max(1, run.number - run.countedFrom),
    variables: state.variables,
    override: null,
    elapsedMs: context.now - run.since,
    reschedules: 0,
    dice: diceOf(`${state.guid}/run/${run.number}`),
  });
}

function closeRun(
  draft: Draft,
  instance: ElementInstance,
  incident: Incident,
  { delayMs, reason }: Extract<FailureDecision, { delayMs: number }>,
): void {
  const { state } = draft;
  const { run } = state;
  if (run === null) return;
  const number = run.number + 1;
  const guid = runGuid(run.firstGuid, number);
  const nextRunAt = draft.context.now + delayMs;
  recordRun(draft, instance, 'RunRetried', incident, { reason, nextRun: number, nextInstanceGuid: guid, delayMs, nextRunAt });
  endInstance(draft, { because: 'retried', code: incident.code, message: incident.message, nextGuid: guid });
  draft.effects.push({
    type: 'begin-run',
    elementInstanceId: instance.id,
    guid,
    run: { ...run, number, previousGuid: state.guid, delayMs, reason },
    incident: { ...incident, details: null, decision: { action: 'retry', reason } },
  });
}

/** BPMN has no word for it and CONTRACT section 2 no status: an instance that will not complete is `cancelled`, and `ending` says why. */
function endInstance(draft: Draft, ending: Ending): void {
  terminateScope(draft, ROOT_SCOPE, 'terminated');
  draft.queue.length = 0;
  const endedAt = draft.context.now;
  Object.assign(draft.state, { status: 'cancelled', paused: false, endedAt, inbox: [], trail: [], ending });
}

function incidentOf(draft: Draft, instance: ElementInstance, { code, message }: Pick<Ending, 'code' | 'message'>): Incident {
  return {
    code,
    message,
    errorClass: classifyError(code, message, statusOf(code, null)),
    kind: 'business',
    details: null,
    attempt: instance.attempt,
    at: draft.context.now,
    decision: { action: 'fail', reason: 'nothing catches the error' },
    parkedFor: null,
  };
}

function recordRun(
  draft: Draft,
  instance: ElementInstance,
  action: string,
  { code, message, errorClass }: Incident,
  detail: { readonly [key: string]: string | number },
): void {
  draft.effects.push({
    type: 'record-decision',
    action,
    outcome: action === 'RunRetried' ? 'succeeded' : 'failed',
    elementInstanceId: instance.id,
    nodeId: instance.nodeId,
    attempt: instance.attempt,
    changes: [],
    detail: { errorCode: code, errorMessage: message, errorClass, run: draft.state.run?.number ?? 1, ...detail },
  });
}
