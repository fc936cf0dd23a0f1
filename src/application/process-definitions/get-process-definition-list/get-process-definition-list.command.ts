import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetProcessDefinitionListData } from './get-process-definition-list.dto.js';

/** Process definitions, page by page. */
@ApiCommand({
  name: 'GetProcessDefinitionListQuery',
  permission: 'definition:read',
  data: GetProcessDefinitionListData,
  summary: 'Process definitions, page by page.',
  kind: 'query',
})
export class GetProcessDefinitionListQuery extends ApiRequest<GetProcessDefinitionListData> {}
