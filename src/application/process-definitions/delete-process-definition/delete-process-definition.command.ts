import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { DEFINITION_ALIASES } from '../definition-fields.js';
import { DeleteProcessDefinitionData } from './delete-process-definition.dto.js';

/** Delete a process definition with its ended instances. */
@ApiCommand({
  name: 'DeleteProcessDefinitionCommand',
  permission: 'definition:write',
  aliases: DEFINITION_ALIASES,
  data: DeleteProcessDefinitionData,
  summary: 'Delete a process definition with its ended instances.',
  kind: 'command',
})
export class DeleteProcessDefinitionCommand extends ApiRequest<DeleteProcessDefinitionData> {}
