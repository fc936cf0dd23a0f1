import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { UpdateFailureGroupData } from './update-failure-group.dto.js';

/** Says who looks after a group of failures, what is known about it, and whether it is taken care of. */
@ApiCommand({
  name: 'UpdateFailureGroupCommand',
  permission: 'failure:write',
  aliases: { failureGroup: 'groupId' },
  data: UpdateFailureGroupData,
  summary: 'Say who looks after a group of failures, what is known about it, and whether it is taken care of.',
  kind: 'command',
})
export class UpdateFailureGroupCommand extends ApiRequest<UpdateFailureGroupData> {}
