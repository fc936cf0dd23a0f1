import type { JsonObject } from '../../../engine/index.js';
import { OptionalFlag, OptionalInt, OptionalText, OptionalVariables, RequiredId } from '../../requests/fields.js';

/** Reference origin.md 4.18. */
export class UpdateSchedulingInformationData {
  @RequiredId('The process definition.')
  processDefinitionId!: string | number;

  @OptionalFlag('Whether it is started by the clock.')
  schedulingEnabled?: boolean;

  @OptionalText('Six fields: second, minute, hour, day, month, weekday.', 255)
  cronExpression?: string;

  @OptionalText('`UTC` without it.', 255)
  timezone?: string;

  @OptionalVariables('Of each instance that is started.')
  variables?: JsonObject;

  @OptionalInt('Instances at the same time.', 1, 1_000_000)
  maxConcurrentInstances?: number;

  @OptionalText('What it is for.')
  description?: string;
}
