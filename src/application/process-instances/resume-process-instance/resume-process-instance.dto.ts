import type { JsonObject } from '../../../engine/index.js';
import { InstanceData, OptionalFlag, OptionalInt, OptionalText, OptionalVariables } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class ResumeProcessInstanceData extends InstanceData {
  @OptionalText('Why, for the audit trail.')
  resumeComment?: string;

  @OptionalVariables('Merged into the process variables before it goes on.')
  updatedVariables?: JsonObject;

  @OptionalInt('Refuse if the instance is no longer at this version.', 0, Number.MAX_SAFE_INTEGER)
  expectedVersion?: number;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;
}
