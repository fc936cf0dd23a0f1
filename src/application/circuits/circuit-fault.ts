import { classifyError, statusOf, type FailAttempt } from '../../engine/index.js';

/** Whether a failure speaks against what the attempt depends on, rather than against what it was asked. */
export function isCircuitFault({ code, message, details, bpmnError }: FailAttempt): boolean {
  if (bpmnError) return false;
  const errorClass = classifyError(code, message, statusOf(code, details));
  return errorClass === 'NETWORK_TIMEOUT' || errorClass === 'SERVICE_UNAVAILABLE' || errorClass === 'RATE_LIMITED';
}
