import type { JsonObject } from '../../../engine/index.js';
import { OptionalText, OptionalVariables, RequiredText } from '../../requests/fields.js';
import { HeldJobData } from '../job-fields.js';

/** The work of a job ended as the model foresees it. */
export class ThrowBpmnErrorData extends HeldJobData {
  @RequiredText('Code of the error, which an error boundary event may catch.')
  errorCode!: string;

  @OptionalText('What happened, for people.')
  errorMessage?: string;

  @OptionalVariables('Written to the process.')
  variables?: JsonObject;
}
