import type { JsonObject } from '../../../engine/index.js';
import { OptionalText, OptionalVariables } from '../../requests/fields.js';
import { failureOf, type BatchKind } from './batch-kind.js';

/** As SkipFailedTask has them. */
class SkipParameters {
  @OptionalVariables('The stated result: merged as variables for the tasks that follow.')
  additionalData?: JsonObject;

  @OptionalText('Where to go on, when the task has several ways out: the target of one of its outgoing flows.', 255)
  toActivityId?: string;
}

/** Passes over failed tasks with a stated result. */
export const skip: BatchKind<SkipParameters> = {
  name: 'skip',
  action: 'SkipFailedTask',
  permission: 'task:skip',
  target: 'failures',
  from: ['error'],
  beginsAttempt: false,
  parameters: SkipParameters,
  command: (item, { additionalData, toActivityId }) => ({
    type: 'skip-failed-task',
    taskId: item.taskId,
    ...failureOf(item),
    outputs: additionalData ?? null,
    toActivityId: toActivityId ?? null,
    expectedVersion: null,
  }),
};
