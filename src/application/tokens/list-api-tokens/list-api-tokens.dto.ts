import { OptionalFlag } from '../../requests/fields.js';

export class ListApiTokensData {
  @OptionalFlag('With those that were revoked.')
  includeRevoked?: boolean;
}
