import type { JsonObject } from '../../../engine/index.js';
import { OptionalVariables } from '../../requests/fields.js';
import type { BatchKind } from './batch-kind.js';

/** As ResumeProcessInstance has them. */
class ResumeParameters {
  @OptionalVariables('Merged into the process variables before it goes on.')
  updatedVariables?: JsonObject;
}

/** Lets paused instances go on. */
export const resume: BatchKind<ResumeParameters> = {
  name: 'resume',
  action: 'ResumeProcessInstance',
  permission: 'instance:resume',
  target: 'instance',
  from: ['paused'],
  beginsAttempt: false,
  parameters: ResumeParameters,
  command: (_item, { updatedVariables }) => ({
    type: 'resume-process-instance',
    updatedVariables: updatedVariables ?? null,
    expectedVersion: null,
  }),
};
