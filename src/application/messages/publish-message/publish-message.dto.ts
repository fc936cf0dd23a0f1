import type { JsonObject } from '../../../engine/index.js';
import { OptionalInt, OptionalText, OptionalVariables, RequiredText } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class PublishMessageData {
  @RequiredText("The message's name.")
  name!: string;

  @OptionalText('What the waiting task must be correlated by; empty for messages that only start processes.', 500)
  correlationKey?: string;

  @OptionalVariables('Merged into the variables of who receives it.')
  variables?: JsonObject;

  @OptionalInt('How long it is kept for somebody who comes to wait later, in ms. 0: not at all.', 0, 30 * 24 * 3_600_000)
  timeToLiveMs?: number;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
