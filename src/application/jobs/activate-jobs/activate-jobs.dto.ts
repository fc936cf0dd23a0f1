import { MAX_WAIT_MS, OptionalInt, OptionalText, OptionalTexts, RequiredTexts } from '../../requests/fields.js';
import { LOCK_MS } from '../job-fields.js';

/** Most jobs of one answer. */
const MAX_JOBS = 100;

/** Which jobs a worker takes, how many, and for how long. */
export class ActivateJobsData {
  @RequiredTexts('Task types that the worker does: one, or a list.')
  types!: string | readonly string[];

  @OptionalInt('How many jobs at most; 1 without it.', 1, MAX_JOBS)
  maxJobs?: number;

  @OptionalText("As the worker calls itself; its token's name without it.", 255)
  worker?: string;

  @OptionalInt('For how long the jobs are locked, in ms; 60,000 without it. Heartbeats extend it.', LOCK_MS.min, LOCK_MS.max)
  lockDurationMs?: number;

  @OptionalInt('How long to wait for a job where there is none, in ms; 10,000 without it.', 0, MAX_WAIT_MS)
  waitMs?: number;

  @OptionalTexts('Names of the variables that the worker wants; all without it.')
  variables?: string | readonly string[];

  @OptionalTexts('Tenants whose jobs the worker takes, of those that its token names; that of X-Tenant-ID without it.')
  tenants?: string | readonly string[];

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** Names that other products have for the same. */
export const ACTIVATE_ALIASES = {
  type: 'types',
  topic: 'types',
  topics: 'types',
  jobType: 'types',
  maxJobsToActivate: 'maxJobs',
  maxTasks: 'maxJobs',
  workerId: 'worker',
  lockDuration: 'lockDurationMs',
  timeout: 'lockDurationMs',
  requestTimeout: 'waitMs',
  asyncResponseTimeout: 'waitMs',
  fetchVariables: 'variables',
  tenantIds: 'tenants',
} as const;
