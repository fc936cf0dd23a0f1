import { OptionalText } from '../../requests/fields.js';

/** Which limits are asked for. */
export class GetLimitsData {
  @OptionalText('Only this one: `task:<type>` or `https://host:port`.', 500)
  key?: string;
}
