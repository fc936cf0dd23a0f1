import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { GetProcessBundleData } from './get-process-bundle.dto.js';

/** A process definition with what belongs to it. */
@ApiCommand({
  name: 'GetProcessBundleQuery',
  permission: 'definition:read',
  aliases: { id: 'processDefinitionId' },
  data: GetProcessBundleData,
  summary: 'A process definition with what belongs to it.',
  kind: 'query',
})
export class GetProcessBundleQuery extends ApiRequest<GetProcessBundleData> {}
