import type { Command, InstanceStatus, StepResult } from '../../engine/index.js';

/** All variables of an instance, as JSON text (CONTRACT section 8). */
const VARIABLES_MAX_BYTES = 4 * 1024 * 1024;

/**
 * Refuses a step that would make the variables too large; an attempt whose result is too large has failed instead, so that
 * the task can be repaired.
 */
export function checkSize(
  result: StepResult,
  command: Command,
  status: InstanceStatus,
  step: (command: Command) => StepResult,
): StepResult {
  if (result.kind === 'rejected' || !result.variablesChanged) return result;
  const size = Buffer.byteLength(JSON.stringify(result.state.variables));
  if (size <= VARIABLES_MAX_BYTES) return result;
  const message = `Expected the variables of the instance to stay within ${VARIABLES_MAX_BYTES} bytes, but they would take ${size}.`;
  if (command.type === 'complete-attempt') {
    const { elementInstanceId, attempt } = command;
    return step({
      type: 'fail-attempt',
      elementInstanceId,
      attempt,
      code: 'VARIABLES_TOO_LARGE',
      message,
      bpmnError: false,
      details: null,
      variables: null,
    });
  }
  return {
    kind: 'rejected',
    code: 'VARIABLES_TOO_LARGE',
    message,
    data: { currentStatus: status, maxBytes: VARIABLES_MAX_BYTES, bytes: size },
  };
}
