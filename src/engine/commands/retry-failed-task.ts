import { takeInHands } from '../behaviors/close-run.js';
import { grantContinuations } from '../behaviors/put-off.js';
import { releaseWait } from '../behaviors/release-waits.js';
import { remember } from '../behaviors/visit-recovery.js';
import { changeVariables, nodeOf, touchElement, type Draft } from '../state/draft.js';
import type { InstanceState, VariablesBefore } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import type { Rejected } from '../step-result.js';
import type { RetryFailedTask } from './command.js';
import { findFailed, guard } from './guards.js';

/** Merges the corrected variables and executes the failed task again from its beginning (CONTRACT section 3). */
export function retryFailedTask(draft: Draft, before: InstanceState, command: RetryFailedTask): Rejected | null {
  const refused = guard(before, command.expectedVersion, ['error']);
  if (refused) return refused;
  const failed = findFailed(before, command);
  if ('kind' in failed) return failed;
  const instance = touchElement(draft, failed.id);
  if (!instance) return null;

  instance.undo = command.keepVariables === 'onSuccess' ? variablesBefore(before.variables, command.updatedVariables) : null;
  changeVariables(draft, command.type, instance, command.updatedVariables);
  draft.effects.push({ type: 'close-incident', elementInstanceId: instance.id, resolution: 'retried' });
  if (command.attempts === 'reset') {
    instance.budgetFrom = instance.attempt;
    remember(instance, { budgetSince: draft.context.now, reschedules: 0 });
  }
  const { correlationId } = command;
  instance.requestedBy = { command: 'RetryFailedTask', correlationId, ...(command.ignoresCircuit && { ignoresCircuit: true }) };
  releaseWait(draft, instance);
  grantContinuations(draft);
  draft.subject = instance;
  takeInHands(draft);
  draft.activate(draft, nodeOf(draft, instance), instance);
  return null;
}

function variablesBefore(variables: JsonObject, updated: JsonObject | null): VariablesBefore {
  const absent: string[] = [];
  const values: Record<string, JsonValue> = {};
  for (const name of Object.keys(updated ?? {})) {
    const value = variables[name];
    if (value === undefined) absent.push(name);
    else values[name] = value;
  }
  return { merged: updated ?? {}, absent, values };
}
