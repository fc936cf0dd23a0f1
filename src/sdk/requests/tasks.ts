import type { JsonObject } from '../json.js';

/** End the automatic attempts of a task: a person decides. */
export interface GiveUpRetriesRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Which task, when several wait for their next attempt. */
  readonly taskId?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Move the next automatic attempt of a task to another time. */
export interface PostponeRetryRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Which task, when several wait for their next attempt. */
  readonly taskId?: string;
  /** ISO 8601 instant; one in the past is now. */
  readonly until?: string;
  /** ISO 8601 duration from now. */
  readonly by?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Execute a failed task again, with corrected variables. */
export interface RetryFailedTaskRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Merged into the process variables before the task runs. */
  readonly updatedVariables?: JsonObject;
  /** Why, for the audit trail. */
  readonly comment?: string;
  /** Which failure, when several branches failed; without it the oldest open one. */
  readonly taskId?: string;
  /** `onSuccess`: undo the merge if the attempt fails. */
  readonly keepVariables?: 'always' | 'onSuccess';
  /** `reset`: a fresh automatic budget. */
  readonly attempts?: 'keep' | 'reset';
  /** Execute it even where the circuit of its endpoint is open. */
  readonly ignoreCircuit?: boolean;
  /** Not available yet. */
  readonly onVersion?: string;
}

/** Attempt a task that waits for its next automatic attempt now. */
export interface RetryNowRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Which task, when several wait for their next attempt. */
  readonly taskId?: string;
  /** Attempt it even where the circuit of its endpoint is open. */
  readonly ignoreCircuit?: boolean;
  /** Why, for the audit trail. */
  readonly comment?: string;
}

/** Hand in the result, or the failure, of work outside that a task waits for. */
export interface ReturnCallbackRequest {
  /** The child process instance that has ended. */
  readonly childInstanceId?: string;
  /** What the waiting task is correlated by. */
  readonly correlationKey?: string;
  /** The result of the work outside. */
  readonly results?: JsonObject;
  /** The work outside failed. */
  readonly isFailed?: boolean;
  /** Why it failed. */
  readonly errorMessage?: string;
  /** Code of the error, which an error boundary event may catch. */
  readonly errorCode?: string;
  /** For the audit trail. */
  readonly comment?: string;
}

/** Complete what waits: a user task, a receive task or a message event. */
export interface SignalProcessInstanceRequest {
  /** The waiting process instance. */
  readonly instanceGuid?: string;
  /** Instead of the instance: what the waiting task is correlated by. */
  readonly correlationKey?: string;
  /** Merged into the variables and kept under the result variable of the task. */
  readonly callbackData?: JsonObject;
  /** Older name of callbackData. */
  readonly signalPayload?: JsonObject;
  /** The same as JSON text. */
  readonly signalData?: string;
  /** Which waiting task; without it the oldest. */
  readonly taskId?: string;
  /** The user action taken. */
  readonly action?: string;
  /** Who acts, as claimed; the audit also has the real principal. */
  readonly currentUser?: string;
  /** Why, for the audit trail. */
  readonly comment?: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
}

/** Pass over a failed task with a stated result. */
export interface SkipFailedTaskRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Why, for the audit trail. */
  readonly comment?: string;
  /** The stated result: merged as variables for the tasks that follow. */
  readonly additionalData?: JsonObject;
  /** Which failure, when several branches failed; without it the oldest open one. */
  readonly taskId?: string;
  /** Where to go on, when the task has several ways out: the target of one of its outgoing flows. */
  readonly toActivityId?: string;
}

/** Change how often and when one task is attempted. */
export interface UpdateRetryPolicyRequest {
  /** The process instance. */
  readonly instanceGuid: string;
  /** Refuse if the instance is no longer at this version. */
  readonly expectedVersion?: number;
  /** Answer what would happen, change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait for the outcome, in ms. */
  readonly waitMs?: number;
  /** Which task, when several are attempted or wait for it. */
  readonly taskId?: string;
  /** Attempts in all, the first included. */
  readonly maxAttempts?: number;
  /** Attempts from now on, whatever were before. */
  readonly retriesLeft?: number;
  /** Attempts without end. */
  readonly unlimited?: boolean;
  /** Wait before the next attempt, in ms; the first of the curve. */
  readonly delayMs?: number;
  /** Each wait is the one before times this; 1 without it. */
  readonly coefficient?: number;
  /** Longest wait, in ms; 100 times `delayMs` without it. */
  readonly maximumDelayMs?: number;
  /** How the waits are spread; `none` without it. */
  readonly jitter?: 'none' | 'full' | 'equal';
  /** No attempt begins later than this after the first, in ms. */
  readonly totalBudgetMs?: number;
  /** Why, for the audit trail. */
  readonly comment?: string;
}
