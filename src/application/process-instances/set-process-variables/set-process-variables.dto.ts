import type { JsonObject } from '../../../engine/index.js';
import { InstanceData, OptionalFlag, OptionalInt, OptionalText, RequiredVariables } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class SetProcessVariablesData extends InstanceData {
  @RequiredVariables('Names and their new values; others stay.')
  variables!: JsonObject;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalInt('Refuse if the instance is no longer at this version.', 0, Number.MAX_SAFE_INTEGER)
  expectedVersion?: number;

  @OptionalFlag('Answer what would happen, change nothing.')
  dryRun?: boolean;
}
