import type { Command, InstanceStatus, StepResult } from '../../engine/index.js';

/** All variables of an instance, as JSON text (CONTRACT section 8). */
const VARIABLES_MAX_BYTES = 4 * 1024 * 1024;

/** Nothing that a policy would write, and no other attempt. */
const FINAL = { nonRetryable: true } as const;

/** A step whose variables may be stored, with their text, so that it is made once. */
export interface SizedStep {
  readonly result: StepResult;
  /** Null where the step leaves the variables as they are. */
  readonly variablesText: string | null;
}

/**
 * Refuses a step that would make the variables too large. An attempt whose outcome is too large (its result, or what its policy
 * writes because it failed), and a lone timer that leads to as much, have failed instead, so that a person can repair it: there is
 * nobody to refuse them to.
 */
export function limitVariables(
  result: StepResult,
  command: Command,
  status: InstanceStatus,
  step: (command: Command) => StepResult,
): SizedStep {
  const variablesText = textOf(result);
  // No text is more than three times as many bytes as it has UTF-16 units.
  if (variablesText === null || variablesText.length * 3 <= VARIABLES_MAX_BYTES) return { result, variablesText };
  const bytes = Buffer.byteLength(variablesText);
  if (bytes <= VARIABLES_MAX_BYTES) return { result, variablesText };
  const message = `Expected the variables of the instance to stay within ${VARIABLES_MAX_BYTES} bytes, but they would take ${bytes}.`;
  if (command.type === 'complete-attempt' || command.type === 'fail-attempt') {
    const { elementInstanceId, attempt } = command;
    const failure = { code: 'VARIABLES_TOO_LARGE', message, bpmnError: false, details: null, variables: null, retry: FINAL };
    const failed = step({ type: 'fail-attempt', elementInstanceId, attempt, ...failure });
    return { result: failed, variablesText: textOf(failed) };
  }
  if (command.type === 'fire-timers' && command.failure === null && command.timers.length === 1) {
    const failed = step({ ...command, failure: { code: 'VARIABLES_TOO_LARGE', message } });
    return { result: failed, variablesText: textOf(failed) };
  }
  if (command.type === 'end-child' && command.ended.outcome === 'completed') {
    const error = { code: 'VARIABLES_TOO_LARGE', message };
    const failed = step({ ...command, ended: { ...command.ended, outcome: 'unusable', variables: null, error } });
    return { result: failed, variablesText: textOf(failed) };
  }
  const data = { currentStatus: status, maxBytes: VARIABLES_MAX_BYTES, bytes };
  return { result: { kind: 'rejected', code: 'VARIABLES_TOO_LARGE', message, data }, variablesText: null };
}

function textOf(result: StepResult): string | null {
  return result.kind === 'accepted' && result.variablesChanged ? JSON.stringify(result.state.variables) : null;
}
