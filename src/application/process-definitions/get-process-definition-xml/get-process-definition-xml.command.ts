import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { DEFINITION_ALIASES } from '../definition-fields.js';
import { GetProcessDefinitionXmlData } from './get-process-definition-xml.dto.js';

/** The BPMN model of a process definition. */
@ApiCommand({
  name: 'GetProcessDefinitionXmlQuery',
  permission: 'definition:read',
  aliases: DEFINITION_ALIASES,
  data: GetProcessDefinitionXmlData,
  summary: 'The BPMN model of a process definition.',
  kind: 'query',
})
export class GetProcessDefinitionXmlQuery extends ApiRequest<GetProcessDefinitionXmlData> {}
