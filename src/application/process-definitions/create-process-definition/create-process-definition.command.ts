import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { CreateProcessDefinitionData } from './create-process-definition.dto.js';

/** Deploy a BPMN model. */
@ApiCommand({
  name: 'CreateProcessDefinitionCommand',
  permission: 'definition:write',
  data: CreateProcessDefinitionData,
  summary: 'Deploy a BPMN model.',
  kind: 'command',
})
export class CreateProcessDefinitionCommand extends ApiRequest<CreateProcessDefinitionData> {}
