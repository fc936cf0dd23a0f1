import type { JsonObject } from '../../../engine/index.js';
import { OptionalChoice, OptionalFlag, OptionalVariables } from '../../requests/fields.js';
import { failureOf, type BatchKind } from './batch-kind.js';

/** As RetryFailedTask has them. */
class RetryParameters {
  @OptionalVariables('Merged into the process variables before the task runs.')
  updatedVariables?: JsonObject;

  @OptionalChoice('`onSuccess`: undo the merge if the attempt fails.', ['always', 'onSuccess'])
  keepVariables?: 'always' | 'onSuccess';

  @OptionalChoice('`reset`: a fresh automatic budget.', ['keep', 'reset'])
  attempts?: 'keep' | 'reset';

  @OptionalFlag('Execute it even where the circuit of its endpoint is open.')
  ignoreCircuit?: boolean;
}

/** Executes failed tasks again. */
export const retry: BatchKind<RetryParameters> = {
  name: 'retry',
  action: 'RetryFailedTask',
  permission: 'task:retry',
  target: 'failures',
  from: ['error'],
  beginsAttempt: true,
  parameters: RetryParameters,
  command: (item, { updatedVariables, keepVariables, attempts, ignoreCircuit }, correlationId) => ({
    type: 'retry-failed-task',
    taskId: item.taskId,
    ...failureOf(item),
    updatedVariables: updatedVariables ?? null,
    keepVariables: keepVariables ?? 'always',
    attempts: attempts ?? 'keep',
    ignoresCircuit: ignoreCircuit ?? false,
    expectedVersion: null,
    correlationId,
  }),
};
