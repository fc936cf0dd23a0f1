import type { JsonObject } from '../../../engine/index.js';
import { OptionalFlag, OptionalText, OptionalTexts, OptionalVariables, RequiredId } from '../../requests/fields.js';
import { MODEL_LENGTH } from '../definition-fields.js';

/** Reference origin.md 4.14. What is absent stays. */
export class UpdateProcessDefinitionData {
  @RequiredId('The process definition.')
  id!: string | number;

  @OptionalText('Unique.', 255)
  name?: string;

  @OptionalText('What it is for.')
  description?: string;

  @OptionalText('The new BPMN 2.0 model: a new version. Running instances stay on theirs.', MODEL_LENGTH)
  bpmnXml?: string;

  @OptionalText('For lists.', 255)
  category?: string;

  @OptionalFlag('Whether it can be started.')
  isActive?: boolean;

  @OptionalTexts('Not available yet.')
  triggerEvents?: string[];

  @OptionalVariables('Replaces what was there.')
  metadata?: JsonObject;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
