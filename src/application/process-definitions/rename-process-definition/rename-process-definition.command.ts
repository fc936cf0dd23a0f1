import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { DEFINITION_ALIASES } from '../definition-fields.js';
import { RenameProcessDefinitionData } from './rename-process-definition.dto.js';

/** Give a process definition another name; its version stays. */
@ApiCommand({
  name: 'RenameProcessDefinitionCommand',
  permission: 'definition:write',
  aliases: DEFINITION_ALIASES,
  data: RenameProcessDefinitionData,
  summary: 'Give a process definition another name; its version stays.',
  kind: 'command',
})
export class RenameProcessDefinitionCommand extends ApiRequest<RenameProcessDefinitionData> {}
