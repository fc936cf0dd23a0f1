import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { HELD_JOB_ALIASES } from '../job-fields.js';
import { ThrowBpmnErrorData } from './throw-bpmn-error.dto.js';

/** Ends a job with a modelled error, which an error boundary event may catch. */
@ApiCommand({
  name: 'ThrowBpmnErrorCommand',
  permission: 'job:work',
  aliases: HELD_JOB_ALIASES,
  data: ThrowBpmnErrorData,
  summary: 'End a job with a modelled error.',
  kind: 'command',
})
export class ThrowBpmnErrorCommand extends ApiRequest<ThrowBpmnErrorData> {}
