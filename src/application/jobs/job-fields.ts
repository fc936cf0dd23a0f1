import { OptionalText, RequiredInt, RequiredText } from '../requests/fields.js';

/** A guid, a colon and a number. */
const JOB_ID_LENGTH = 300;

/** What commands about a job have in common. */
export class JobData {
  @RequiredText('The job, as ActivateJobs named it: `<instanceGuid>:<elementInstanceId>`.', JOB_ID_LENGTH)
  jobId!: string;

  @OptionalText('The same key again gives the same answer, once done.', 255)
  idempotencyKey?: string;
}

/** What the worker that holds a job says. */
export class HeldJobData extends JobData {
  @RequiredInt('The fencing token, as ActivateJobs gave it. An older one is refused.', 1, Number.MAX_SAFE_INTEGER)
  token!: number;

  @OptionalText('As the worker calls itself, for the audit trail.', 255)
  worker?: string;
}

/** Shortest and longest lock, in ms. */
export const LOCK_MS = { min: 1_000, max: 86_400_000 } as const;
/** Lock where none is asked for, in ms. */
export const DEFAULT_LOCK_MS = 60_000;

/** Names that other products have for the same. */
export const JOB_ALIASES = { jobKey: 'jobId', externalTaskId: 'jobId' } as const;
export const HELD_JOB_ALIASES = { ...JOB_ALIASES, attempt: 'token', workerId: 'worker' } as const;
