import type { JsonObject } from '../../../engine/index.js';
import { OptionalInt, OptionalText, RequiredText, RequiredVariables } from '../../requests/fields.js';

/** What a second person is asked to agree to. */
export class RequestApprovalData {
  @RequiredText(
    'The command: RetryFailedTaskCommand, SkipFailedTaskCommand, CancelProcessInstanceCommand or StartBatchCommand.',
    255,
  )
  cmd!: string;

  @RequiredVariables('The data of the command, as it would be sent by itself.')
  data!: JsonObject;

  @RequiredText('Why, for whoever decides and for the audit trail.', 4_000)
  reason!: string;

  @OptionalInt('How long it can be agreed to, in ms; a day without it.', 1_000, 2_592_000_000)
  expiresInMs?: number;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
