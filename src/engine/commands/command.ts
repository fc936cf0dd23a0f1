import type { Incident, RunState } from '../state/instance-state.js';
import type { RetryCurve } from '../recovery/retry-policy.js';
import type { JsonObject } from '../state/json.js';
import type {
  ActivateJob,
  CompleteAttempt,
  DeliverMessage,
  EndChild,
  FailAttempt,
  FireTimers,
  HoldAttempt,
  LoseAttempts,
  RecordHeartbeat,
  ReleaseAttempt,
  ReleaseParked,
} from './runner-command.js';

export type * from './runner-command.js';

/** What can be done to one process instance. The runner's commands come first, then people's. */
export type Command =
  | CompleteAttempt
  | FailAttempt
  | LoseAttempts
  | ReleaseAttempt
  | FireTimers
  | ActivateJob
  | RecordHeartbeat
  | HoldAttempt
  | ReleaseParked
  | DeliverMessage
  | EndChild
  | StartProcessInstance
  | SignalProcessInstance
  | RetryFailedTask
  | SkipFailedTask
  | CancelProcessInstance
  | PauseProcessInstance
  | ResumeProcessInstance
  | SetProcessVariables
  | StepForward
  | StepBackward
  | RetryNow
  | PostponeRetry
  | GiveUpRetries
  | UpdateRetryPolicy;

/** Begin a new instance at its start event, or at an activity. Refused when the state has begun already. */
export interface StartProcessInstance {
  readonly type: 'start-process-instance';
  readonly guid: string;
  readonly variables: JsonObject;
  readonly executionMode: 'Unsupervised' | 'Supervised';
  /** Null: the none start event. */
  readonly startEventId: string | null;
  /** An activity of the process itself, instead of a start event. Such an instance is no run that another would follow. */
  readonly startAt?: string;
  /** Where it is one of several runs. */
  readonly run?: RunState;
  /** The failure of the run before it: it begins when its delay is over. */
  readonly after?: Incident;
}

/** Completes what waits: a user task, receive task or message event. */
export interface SignalProcessInstance {
  readonly type: 'signal-process-instance';
  /** Null: the oldest that waits for a signal. */
  readonly taskId: string | null;
  /** A particular visit (callbacks by correlation key); wins over `taskId`. */
  readonly elementInstanceId: number | null;
  readonly payload: JsonObject;
  readonly action: string | null;
  /** Set: the work outside failed; an error boundary event with this code catches it, else the task fails. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly expectedVersion: number | null;
}

/** One failure of one visit. */
export interface FailureKey {
  readonly elementInstanceId: number;
  /** The attempt that failed. */
  readonly attempt: number;
}

/** Execute a failed task again from its beginning. Refused unless it has failed. */
export interface RetryFailedTask {
  readonly type: 'retry-failed-task';
  /** Null: the oldest open failure. */
  readonly taskId: string | null;
  /** This very failure, as it was decided upon; refused where it is not open any more. Wins over `taskId`. */
  readonly failure?: FailureKey;
  readonly updatedVariables: JsonObject | null;
  readonly keepVariables: 'always' | 'onSuccess';
  readonly attempts: 'keep' | 'reset';
  /** Execute it even where its circuit is open. */
  readonly ignoresCircuit?: boolean;
  readonly expectedVersion: number | null;
  readonly correlationId: string | null;
}

/** What edits of a waiting retry have in common. `taskId` null: the one task that waits; refused where several do. */
interface WaitingRetryCommand {
  readonly taskId: string | null;
  readonly expectedVersion: number | null;
}

/** Attempt it now instead of at its time. */
export interface RetryNow extends WaitingRetryCommand {
  readonly type: 'retry-now';
  /** A particular visit; wins over `taskId`. */
  readonly elementInstanceId?: number;
  readonly ignoresCircuit: boolean;
  readonly correlationId: string | null;
}

/** Attempt it at another time. */
export interface PostponeRetry extends WaitingRetryCommand {
  readonly type: 'postpone-retry';
  /** Epoch ms; in the past is now. */
  readonly until: number;
}

/** No more automatic attempts: a person decides. */
export interface GiveUpRetries extends WaitingRetryCommand {
  readonly type: 'give-up-retries';
}

/** How often and when this visit is attempted from now on. Works on any task that has an attempt or waits for one. */
export interface UpdateRetryPolicy extends WaitingRetryCommand {
  readonly type: 'update-retry-policy';
  /** A particular visit; wins over `taskId`. */
  readonly elementInstanceId?: number;
  /** What is undefined stays as it is. `maxAttempts` null: without end. */
  readonly budget: {
    readonly maxAttempts?: number | null;
    /** Attempts that are left from now on; instead of `maxAttempts`. */
    readonly retriesLeft?: number;
    readonly curve?: RetryCurve;
    readonly budgetMs?: number | null;
  };
}

/** Go on behind a failed task, with a result that a person supplies. */
export interface SkipFailedTask {
  readonly type: 'skip-failed-task';
  readonly taskId: string | null;
  /** As for a retry. */
  readonly failure?: FailureKey;
  /** Variables for what follows. */
  readonly outputs: JsonObject | null;
  /** Target of the one outgoing flow to take, where there are several. */
  readonly toActivityId: string | null;
  readonly expectedVersion: number | null;
}

/** End the instance for good; all that is open is terminated and running attempts are told to stop. */
export interface CancelProcessInstance {
  readonly type: 'cancel-process-instance';
  readonly mode: 'graceful' | 'terminate';
  readonly expectedVersion: number | null;
}

/** Begin nothing new; what arrives is kept until the instance is resumed. */
export interface PauseProcessInstance {
  readonly type: 'pause-process-instance';
  readonly expectedVersion: number | null;
}

/** Go on where the instance was paused, and act on what has arrived since. */
export interface ResumeProcessInstance {
  readonly type: 'resume-process-instance';
  readonly updatedVariables: JsonObject | null;
  readonly expectedVersion: number | null;
}

/** Merge variables into those of the process; nothing else happens. */
export interface SetProcessVariables {
  readonly type: 'set-process-variables';
  readonly variables: JsonObject;
  readonly expectedVersion: number | null;
}

/** Supervised mode: execute the task that the process stands before. */
export interface StepForward {
  readonly type: 'step-forward';
}

/** Supervised mode: stand before the previous task again, with the variables of that time. */
export interface StepBackward {
  readonly type: 'step-backward';
}
