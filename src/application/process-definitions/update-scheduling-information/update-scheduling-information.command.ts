import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { UpdateSchedulingInformationData } from './update-scheduling-information.dto.js';

/** Start a process by the clock (not available yet). */
@ApiCommand({
  name: 'UpdateSchedulingInformationCommand',
  permission: 'definition:write',
  aliases: { id: 'processDefinitionId' },
  data: UpdateSchedulingInformationData,
  summary: 'Start a process by the clock (not available yet).',
  kind: 'command',
})
export class UpdateSchedulingInformationCommand extends ApiRequest<UpdateSchedulingInformationData> {}
