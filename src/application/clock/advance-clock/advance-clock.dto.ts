import { OptionalText } from '../../requests/fields.js';

/** CONTRACT section 6. Exactly one of `by` and `to`. */
export class AdvanceClockData {
  @OptionalText('ISO 8601 duration.', 100)
  by?: string;

  @OptionalText('ISO 8601 instant, not before now.', 100)
  to?: string;
}
