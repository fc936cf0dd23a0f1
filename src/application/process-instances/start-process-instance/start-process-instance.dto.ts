import type { JsonObject } from '../../../engine/index.js';
import { MAX_WAIT_MS, OptionalChoice, OptionalId, OptionalInt, OptionalText, OptionalVariables } from '../../requests/fields.js';

/** CONTRACT section 6. One of `id` and `processKey` is needed. */
export class StartProcessInstanceData {
  @OptionalId('The process definition.')
  id?: string | number;

  @OptionalText('The process key, instead of the id: the newest active definition that has it.', 255)
  processKey?: string;

  @OptionalText('Initial variables as JSON text.', 4 * 1024 * 1024)
  runtimeContext?: string;

  @OptionalVariables('Initial variables.')
  variables?: JsonObject;

  @OptionalId('Kind of business object, for tracking.')
  contextTypeId?: string | number;

  @OptionalId('Id of that business object.')
  contextId?: string | number;

  @OptionalText('A key of the business, to find the instance by.', 255)
  businessKey?: string;

  @OptionalChoice('`Supervised`: stand before each task.', ['Unsupervised', 'Supervised'])
  executionMode?: 'Unsupervised' | 'Supervised';

  @OptionalInt('A version of the definition other than the newest.', 1, 2_147_483_647)
  version?: number;

  @OptionalText("The client's own id: starting it twice is one start.", 255)
  instanceGuid?: string;

  @OptionalInt('How long to wait for the first rest, in ms.', 0, MAX_WAIT_MS)
  waitMs?: number;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
