import type { JsonObject } from '../json.js';

/** Lock jobs for a worker, and wait for some where there are none. */
export interface ActivateJobsRequest {
  /** Task types that the worker does: one, or a list. */
  readonly types: string | readonly string[];
  /** How many jobs at most; 1 without it. */
  readonly maxJobs?: number;
  /** As the worker calls itself; its token's name without it. */
  readonly worker?: string;
  /** For how long the jobs are locked, in ms; 60,000 without it. Heartbeats extend it. */
  readonly lockDurationMs?: number;
  /** How long to wait for a job where there is none, in ms; 10,000 without it. */
  readonly waitMs?: number;
  /** Names of the variables that the worker wants; all without it. */
  readonly variables?: string | readonly string[];
  /** Tenants whose jobs the worker takes, of those that its token names; that of X-Tenant-ID without it. */
  readonly tenants?: string | readonly string[];
}

/** Hand in the result of a job. */
export interface CompleteJobRequest {
  /** The job, as ActivateJobs named it: `<instanceGuid>:<elementInstanceId>`. */
  readonly jobId: string;
  /** The fencing token, as ActivateJobs gave it. An older one is refused. */
  readonly token: number;
  /** As the worker calls itself, for the audit trail. */
  readonly worker?: string;
  /** Written to the process, or read by the task's output mapping where it has one. */
  readonly variables?: JsonObject;
  /** What the task's result variable gets; the variables without it. */
  readonly result?: unknown;
}

/** Report that the work of a job has failed. */
export interface FailJobRequest {
  /** The job, as ActivateJobs named it: `<instanceGuid>:<elementInstanceId>`. */
  readonly jobId: string;
  /** The fencing token, as ActivateJobs gave it. An older one is refused. */
  readonly token: number;
  /** As the worker calls itself, for the audit trail. */
  readonly worker?: string;
  /** What went wrong, for people; the reason first. */
  readonly errorMessage?: string;
  /** Stable, for rules of the retry policy; `JOB_FAILED` without it. */
  readonly errorCode?: string;
  /** Automatic attempts that are left; 0: a person decides. */
  readonly retries?: number;
  /** Wait before the next attempt, in ms. */
  readonly retryDelayMs?: number;
  /** Trying again is of no use: a person decides. */
  readonly nonRetryable?: boolean;
  /** What else is known of the failure; kept with it. */
  readonly details?: JsonObject;
}

/** Say that a job is being worked on, and extend its lock. */
export interface RecordHeartbeatRequest {
  /** The job, as ActivateJobs named it: `<instanceGuid>:<elementInstanceId>`. */
  readonly jobId: string;
  /** The fencing token, as ActivateJobs gave it. An older one is refused. */
  readonly token: number;
  /** As the worker calls itself, for the audit trail. */
  readonly worker?: string;
  /** How far the work has come, for the next attempt; up to 64 KiB. What was said before stays without it. */
  readonly details?: unknown;
  /** The lock ends no earlier than this from now, in ms; 60,000 without it. */
  readonly lockDurationMs?: number;
}

/** End a job with a modelled error. */
export interface ThrowBpmnErrorRequest {
  /** The job, as ActivateJobs named it: `<instanceGuid>:<elementInstanceId>`. */
  readonly jobId: string;
  /** The fencing token, as ActivateJobs gave it. An older one is refused. */
  readonly token: number;
  /** As the worker calls itself, for the audit trail. */
  readonly worker?: string;
  /** Code of the error, which an error boundary event may catch. */
  readonly errorCode: string;
  /** What happened, for people. */
  readonly errorMessage?: string;
  /** Written to the process. */
  readonly variables?: JsonObject;
}

/** Change how many automatic attempts a job has left. */
export interface UpdateJobRetriesRequest {
  /** The job, as ActivateJobs named it: `<instanceGuid>:<elementInstanceId>`. */
  readonly jobId: string;
  /** Attempts from now on, the one that is queued or runs included. */
  readonly retries: number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}
