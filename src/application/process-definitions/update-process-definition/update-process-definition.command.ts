import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { DEFINITION_ALIASES } from '../definition-fields.js';
import { UpdateProcessDefinitionData } from './update-process-definition.dto.js';

/** Change a process definition; a new model makes a new version. */
@ApiCommand({
  name: 'UpdateProcessDefinitionCommand',
  permission: 'definition:write',
  aliases: DEFINITION_ALIASES,
  data: UpdateProcessDefinitionData,
  summary: 'Change a process definition; a new model makes a new version.',
  kind: 'command',
})
export class UpdateProcessDefinitionCommand extends ApiRequest<UpdateProcessDefinitionData> {}
