import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetCircuitsData } from './get-circuits.dto.js';

/** What attempts depend on, where it has failed lately. */
@ApiCommand({
  name: 'GetCircuitsQuery',
  permission: 'circuit:read',
  data: GetCircuitsData,
  summary: 'What attempts depend on, where it has failed lately: its state, and what it holds back.',
  kind: 'query',
})
export class GetCircuitsQuery extends ApiRequest<GetCircuitsData> {}
