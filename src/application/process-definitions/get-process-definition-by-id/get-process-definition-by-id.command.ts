import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { DEFINITION_ALIASES } from '../definition-fields.js';
import { GetProcessDefinitionByIdData } from './get-process-definition-by-id.dto.js';

/** Everything about one process definition. */
@ApiCommand({
  name: 'GetProcessDefinitionByIdQuery',
  permission: 'definition:read',
  aliases: DEFINITION_ALIASES,
  data: GetProcessDefinitionByIdData,
  summary: 'Everything about one process definition.',
  kind: 'query',
})
export class GetProcessDefinitionByIdQuery extends ApiRequest<GetProcessDefinitionByIdData> {}
