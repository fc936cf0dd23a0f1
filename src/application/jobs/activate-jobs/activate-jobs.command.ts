import { ApiCommand, ApiRequest } from '../../requests/api-request.js';
import { ACTIVATE_ALIASES, ActivateJobsData } from './activate-jobs.dto.js';

/** Locks jobs for a worker, and waits for some where there are none. */
@ApiCommand({
  name: 'ActivateJobsCommand',
  permission: 'job:work',
  aliases: ACTIVATE_ALIASES,
  data: ActivateJobsData,
  summary: 'Lock jobs for a worker, and wait for some where there are none.',
  kind: 'command',
  doneEachTime: true,
})
export class ActivateJobsCommand extends ApiRequest<ActivateJobsData> {}
