import { OptionalText } from '../../requests/fields.js';

/** Which policies are asked for. */
export class GetOperatorPoliciesData {
  @OptionalText('Only those of this process and its tasks.', 255)
  processKey?: string;
}
