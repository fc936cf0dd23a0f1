import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { HELD_JOB_ALIASES } from '../job-fields.js';
import { FailJobData } from './fail-job.dto.js';

/** Reports that the work of a job has failed. */
@ApiCommand({
  name: 'FailJobCommand',
  permission: 'job:work',
  aliases: { ...HELD_JOB_ALIASES, retryBackOff: 'retryDelayMs', retryTimeout: 'retryDelayMs', retriesLeft: 'retries' },
  data: FailJobData,
  summary: 'Report that the work of a job has failed.',
  kind: 'command',
})
export class FailJobCommand extends ApiRequest<FailJobData> {}
