import type { EndedChild, Incident, RunState, TimerKey } from '../state/instance-state.js';
import type { RetryCurve } from '../recovery/retry-policy.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import type { RetryAdvice } from './retry-advice.js';

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

/** An attempt ended well. Refused unless it is the current attempt of its visit. */
export interface CompleteAttempt {
  readonly type: 'complete-attempt';
  readonly elementInstanceId: number;
  readonly attempt: number;
  /** A worker hands it in: refused unless a worker executes the attempt. */
  readonly byWorker?: true;
  /** Undefined: the variables are the result, unless one of them is the task's result variable itself. */
  readonly result: JsonValue | undefined;
  /** Variables that a script assigned by `context.x = ...`, or that a worker hands in. */
  readonly variables: JsonObject | null;
}

/** An attempt failed. With `bpmnError` it is a modelled error that a boundary event may catch. */
export interface FailAttempt {
  readonly type: 'fail-attempt';
  readonly elementInstanceId: number;
  readonly attempt: number;
  /** A worker hands it in: refused unless a worker executes the attempt. */
  readonly byWorker?: true;
  readonly code: string;
  readonly message: string;
  readonly bpmnError: boolean;
  readonly details: JsonObject | null;
  readonly variables: JsonObject | null;
  /** What who failed knows about trying again. */
  readonly retry?: RetryAdvice | null;
}

/** A worker takes a queued job: its attempt begins. Refused when it is not queued any more. */
export interface ActivateJob {
  readonly type: 'activate-job';
  readonly elementInstanceId: number;
  readonly worker: string;
  readonly lockMs: number;
}

/** Who executes the attempt is alive; a worker's lock is extended. Refused unless it is the current attempt. */
export interface RecordHeartbeat {
  readonly type: 'record-heartbeat';
  readonly elementInstanceId: number;
  readonly attempt: number;
  /** For the next attempt; undefined: what was said before stays. */
  readonly details: JsonValue | undefined;
  /** Null: not a worker's, there is no lock. Else refused where no worker executes the attempt. */
  readonly lockMs: number | null;
}

/**
 * The attempt has not begun, because its circuit is open: it waits for the breaker, and its number is free again. Refused unless
 * the node that makes the step holds the attempt.
 */
export interface HoldAttempt {
  readonly type: 'hold-attempt';
  readonly elementInstanceId: number;
  readonly attempt: number;
  /** Of the effect that gave the attempt out. Epoch ms. */
  readonly begunAt: number;
  readonly circuit: string;
}

/** The circuit that an incident was parked for lets it through: its task is attempted again. */
export interface ReleaseParked {
  readonly type: 'release-parked';
  readonly elementInstanceId: number;
  readonly circuit: string;
}

/** The process that ran these attempts is gone: all attempts of this node are taken over or become incidents. */
export interface LoseAttempts {
  readonly type: 'lose-attempts';
  /** Node whose attempts are lost; those of others are not touched. */
  readonly lostNode: number;
  /** The process ended in order, by its time-out: no sign that a task ends its server. */
  readonly drained: boolean;
}

/**
 * The node that should execute the attempt has not begun it and will not: it goes on elsewhere, or later, as if it had never been given out.
 * Refused unless the node that makes the step holds the attempt.
 */
export interface ReleaseAttempt {
  readonly type: 'release-attempt';
  readonly elementInstanceId: number;
  readonly attempt: number;
  /** Of the effect that gave the attempt out. Epoch ms. */
  readonly begunAt: number;
  /** It goes on so much later, in ms; without it, at once. */
  readonly delayMs?: number;
}

/**
 * Timer rows fell due, in this order. Refused when none of them can fire; rows that nothing waits for are dropped, those
 * that are not due yet stay.
 */
export interface FireTimers {
  readonly type: 'fire-timers';
  readonly timers: readonly TimerKey[];
  /** Set: what follows from them cannot be stored; the elements that they are about fail with this. */
  readonly failure: TimerFailure | null;
}

/** Why what a timer leads to cannot be stored: the incident's code and message. */
export interface TimerFailure {
  readonly code: string;
  readonly message: string;
}

/** A message reached a subscription of this instance. */
export interface DeliverMessage {
  readonly type: 'deliver-message';
  readonly elementInstanceId: number;
  readonly payload: JsonObject;
}

/** The child of a call activity has ended. Refused when nothing waits for this run of it any more. */
export interface EndChild {
  readonly type: 'end-child';
  readonly ended: EndedChild;
}

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
