import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetContextLoadersData } from './get-context-loaders.dto.js';

/** The context loaders that definitions may name. */
@ApiCommand({
  name: 'GetContextLoadersQuery',
  permission: 'definition:read',
  data: GetContextLoadersData,
  summary: 'The context loaders that definitions may name.',
  kind: 'query',
})
export class GetContextLoadersQuery extends ApiRequest<GetContextLoadersData> {}
