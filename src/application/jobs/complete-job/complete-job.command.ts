import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { HELD_JOB_ALIASES } from '../job-fields.js';
import { CompleteJobData } from './complete-job.dto.js';

/** Hands in the result of a job. */
@ApiCommand({
  name: 'CompleteJobCommand',
  permission: 'job:work',
  aliases: HELD_JOB_ALIASES,
  data: CompleteJobData,
  summary: 'Hand in the result of a job.',
  kind: 'command',
})
export class CompleteJobCommand extends ApiRequest<CompleteJobData> {}
