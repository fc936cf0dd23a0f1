import { InstanceData, OptionalFlag, OptionalInt, OptionalText } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class PauseProcessInstanceData extends InstanceData {
  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalInt('Refuse if the instance is no longer at this version.', 0, Number.MAX_SAFE_INTEGER)
  expectedVersion?: number;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;
}
