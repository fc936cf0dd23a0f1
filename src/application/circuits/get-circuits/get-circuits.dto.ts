import { OptionalFlag } from '../../requests/fields.js';

/** Which circuits are asked for. */
export class GetCircuitsData {
  @OptionalFlag('Also those that are closed and have seen failures within the last hour.')
  includeClosed?: boolean;
}
