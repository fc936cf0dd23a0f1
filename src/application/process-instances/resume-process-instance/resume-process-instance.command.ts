import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { INSTANCE_ALIASES } from '../../requests/fields.js';
import { ResumeProcessInstanceData } from './resume-process-instance.dto.js';

/** Go on where the instance was paused. */
@ApiCommand({
  name: 'ResumeProcessInstanceCommand',
  permission: 'instance:resume',
  aliases: { ...INSTANCE_ALIASES, comment: 'resumeComment' },
  data: ResumeProcessInstanceData,
  summary: 'Go on where the instance was paused.',
  kind: 'command',
})
export class ResumeProcessInstanceCommand extends ApiRequest<ResumeProcessInstanceData> {}
