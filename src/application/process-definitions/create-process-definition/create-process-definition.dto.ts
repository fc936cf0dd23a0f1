import type { JsonObject } from '../../../engine/index.js';
import { OptionalFlag, OptionalText, OptionalTexts, OptionalVariables, RequiredText } from '../../requests/fields.js';
import { MODEL_LENGTH } from '../definition-fields.js';

/** Reference origin.md 4.13. */
export class CreateProcessDefinitionData {
  @OptionalText("Unique; without it the process's own name, or its id.", 255)
  name?: string;

  @OptionalText('What it is for.')
  description?: string;

  @OptionalText('`General` without it.', 255)
  category?: string;

  @RequiredText('The BPMN 2.0 model; each executable process in it becomes a definition.', MODEL_LENGTH)
  bpmnXml!: string;

  @OptionalText('Kind of the context loader.', 255)
  contextLoaderType?: string;

  @OptionalTexts('Not available yet.')
  triggerEvents?: string[];

  @OptionalFlag('Whether it can be started.')
  isActive?: boolean;

  @OptionalVariables('Kept as it is.')
  metadata?: JsonObject;

  @OptionalFlag('Say what is wrong with the model, and what would be deployed; change nothing.')
  validateOnly?: boolean;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
