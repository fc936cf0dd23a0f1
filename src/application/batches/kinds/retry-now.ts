import { OptionalFlag } from '../../requests/fields.js';
import type { BatchKind } from './batch-kind.js';

/** As RetryNow has them. */
class RetryNowParameters {
  @OptionalFlag('Attempt it even where the circuit of its endpoint is open.')
  ignoreCircuit?: boolean;
}

/** Attempts tasks that wait for their next automatic attempt now. */
export const retryNow: BatchKind<RetryNowParameters> = {
  name: 'retry-now',
  action: 'RetryNow',
  permission: 'task:retry',
  target: 'waiting-retries',
  from: ['running', 'waiting', 'error'],
  beginsAttempt: true,
  parameters: RetryNowParameters,
  command: ({ elementInstanceId }, { ignoreCircuit }, correlationId) => ({
    type: 'retry-now',
    taskId: null,
    ...(elementInstanceId !== null && { elementInstanceId }),
    ignoresCircuit: ignoreCircuit ?? false,
    expectedVersion: null,
    correlationId,
  }),
};
