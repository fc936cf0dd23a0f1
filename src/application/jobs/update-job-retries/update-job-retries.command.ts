import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { JOB_ALIASES } from '../job-fields.js';
import { UpdateJobRetriesData } from './update-job-retries.dto.js';

/** Changes how many automatic attempts a job has left. */
@ApiCommand({
  name: 'UpdateJobRetriesCommand',
  permission: 'job:retries',
  aliases: JOB_ALIASES,
  data: UpdateJobRetriesData,
  summary: 'Change how many automatic attempts a job has left.',
  kind: 'command',
})
export class UpdateJobRetriesCommand extends ApiRequest<UpdateJobRetriesData> {}
