import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { GetStateAtData } from './get-state-at.dto.js';

/** An instance as it was. */
@ApiCommand({
  name: 'GetStateAtQuery',
  permission: 'instance:read',
  aliases: INSTANCE_ALIASES,
  data: GetStateAtData,
  summary: 'A process instance as it was after a step, or at an instant.',
  kind: 'query',
})
export class GetStateAtQuery extends ApiRequest<GetStateAtData> {}
