import { OptionalInt, OptionalNumber, OptionalText, RequiredText } from '../../requests/fields.js';

/** What is limited, and how; at least one of `maxConcurrent` and `ratePerSecond`. What is not given is not limited. */
export class SetLimitData {
  @RequiredText('`task:<type>` or `https://host:port` (the port where it is not the usual one).', 500)
  key!: string;

  @OptionalInt('Attempts at once, over all servers.', 1, 1_000_000)
  maxConcurrent?: number;

  @OptionalNumber('Attempts that begin in a second, over all servers; 0.1 is one in ten seconds.', 0.001, 1_000_000)
  ratePerSecond?: number;

  @OptionalText('Why, for the audit trail and the list.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
