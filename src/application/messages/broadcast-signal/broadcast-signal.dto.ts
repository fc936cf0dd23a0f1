import type { JsonObject } from '../../../engine/index.js';
import { OptionalVariables, RequiredText } from '../../requests/fields.js';

/** CONTRACT section 6. */
export class BroadcastSignalData {
  @RequiredText("The signal's name.")
  name!: string;

  @OptionalVariables('Merged into the variables of who receives it.')
  variables?: JsonObject;
}
