import type { EndedChild, TimerKey } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import type { RetryAdvice } from './retry-advice.js';

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
