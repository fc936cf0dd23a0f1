import { OptionalInt, OptionalText, RequiredText } from '../../requests/fields.js';

/** What is held back, and for how long. */
export class OpenCircuitData {
  @RequiredText('`https://host:port` (the port where it is not the usual one) or `task:<type>`.', 500)
  circuit!: string;

  @OptionalInt('Probed after this time, in ms; without it, held back until it is closed.', 1_000, 31_622_400_000)
  forMs?: number;

  @OptionalText('Why, for the audit trail.')
  comment?: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}
