import type { JsonObject, JsonValue } from '../../../engine/index.js';
import { OptionalJson, OptionalVariables } from '../../requests/fields.js';
import { HeldJobData } from '../job-fields.js';

/** The work of a job is done. */
export class CompleteJobData extends HeldJobData {
  @OptionalVariables("Written to the process, or read by the task's output mapping where it has one.")
  variables?: JsonObject;

  @OptionalJson("What the task's result variable gets; the variables without it.")
  result?: JsonValue;
}
