import type { FlowNode, Mapping } from '../definition/process-definition.js';
import { failureScope, type SeenFailure } from '../recovery/failure-pattern.js';
import type { FailedAttempt, FailureDecision } from '../recovery/decide-on-failure.js';
import { changesBetween, mergeVariables, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonObject } from '../state/json.js';
import type { VariableChange } from '../state/variable-change.js';
import { assignPath } from './evaluate-inputs.js';

/**
 * Does what the reached step of the ladder says beside its decision: writes variables, tells people. A value that cannot be
 * evaluated ends the automatic attempts: the next one would run without what the model wanted it to have.
 */
export function climbLadder(
  draft: Draft,
  node: FlowNode,
  instance: ElementInstance,
  seen: FailedAttempt,
  decision: FailureDecision,
): { decision: FailureDecision; changes: VariableChange[] } {
  const { step } = decision;
  if (step === null) return { decision, changes: [] };
  if (step.notify !== null) notify(draft, node, instance, step.notify);
  const before = draft.state.variables;
  try {
    mergeVariables(draft, 'ladder', instance, evaluateSettings(step.set, seen));
  } catch (error) {
    const reason = `the ladder's step after attempt ${step.after} could not be evaluated: ${error instanceof Error ? error.message : String(error)}`;
    return { decision: { action: 'resort', resort: { do: 'error' }, reason, exhausted: false, step }, changes: [] };
  }
  return { decision, changes: draft.state.variables === before ? [] : changesBetween(before, draft.state.variables) };
}

/** Variables that a policy writes, evaluated over the task's variables, `error` and `attempt`. @throws ExpressionError */
export function evaluateSettings(settings: readonly Mapping[], seen: SeenFailure): JsonObject {
  let written: JsonObject = {};
  const scope = { ...seen.variables, ...failureScope(seen) };
  for (const { target, source } of settings) {
    const [name = target] = target.split('.');
    const base = written[name] ?? seen.variables[name];
    const value = source.evaluate({ ...scope, ...written });
    written = assignPath(base === undefined ? written : { ...written, [name]: base }, target, value);
  }
  return written;
}

function notify(draft: Draft, node: FlowNode, instance: ElementInstance, message: string): void {
  draft.effects.push({
    type: 'record-decision',
    action: 'RecoveryNotice',
    outcome: 'succeeded',
    elementInstanceId: instance.id,
    nodeId: node.id,
    attempt: instance.attempt,
    changes: [],
    detail: { message },
  });
}
