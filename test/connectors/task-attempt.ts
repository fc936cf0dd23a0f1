import type { TaskAttempt } from '../../src/connectors/connector.js';

/** An attempt of a task, as the runner would hand it over. */
export function taskAttempt(settings: Partial<TaskAttempt>): TaskAttempt {
  return {
    tenantId: 't',
    instanceGuid: 'guid-1',
    elementInstanceId: 7,
    taskId: 'Task_A',
    taskName: 'Check credit',
    attempt: 1,
    config: {},
    variables: {},
    local: null,
    idempotencyKey: 'guid-1:7',
    correlationId: 'corr-1',
    timeoutMs: null,
    heartbeatMs: null,
    heartbeatDetails: null,
    heartbeat: () => undefined,
    ...settings,
  };
}
