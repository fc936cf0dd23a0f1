import type { Duration } from '../event-definitions/iso-8601.js';
import type { ErrorClass } from '../recovery/classify-error.js';
import type { RetryBudget } from '../recovery/retry-policy.js';
import type { JsonObject, JsonValue } from './json.js';

/**
 * What a timer row wakes an instance for: an event, a boundary event, an automatic retry, the rest of a bounded step, what
 * bounds a job (to be taken, its lock, its heartbeat, its attempt), or the time for all attempts.
 */
export type TimerKind = 'timer' | 'boundary-timer' | 'retry' | 'continue' | 'job' | 'total-timeout';

/** The key of a visit's `total-timeout` row: no element has this id. */
export const TOTAL_TIMEOUT_ROW = '#total';

/** Names a timer row of an instance, and what it stands for. */
export interface TimerKey {
  readonly kind: TimerKind;
  readonly elementInstanceId: number;
  /** The boundary event's id for `boundary-timer`, `#total` for `total-timeout`, else the empty string. */
  readonly timerNodeId: string;
  /** A retry that the circuit breaker lets through although its circuit is not closed. */
  readonly probe?: true;
}

/** CONTRACT section 2. `error` wins over `waiting` wins over `running` where branches differ. */
export type InstanceStatus = 'running' | 'waiting' | 'error' | 'paused' | 'completed' | 'cancelled';

/** The version of the shape below; `upgradeState` lifts older ones. */
export const STATE_SCHEMA = 2;

/** The scope of the process itself; sub-process scopes carry the id of their element instance. */
export const ROOT_SCOPE = 0;

/**
 * Everything the engine knows of one process instance: plain JSON. What grows without bound (visited elements, attempts,
 * audit) is not here but in rows, written from the effects.
 */
export interface InstanceState {
  readonly schema: number;
  readonly guid: string;
  /** Goes up by one with every accepted command. 0: not started. */
  version: number;
  status: InstanceStatus;
  executionMode: 'Unsupervised' | 'Supervised';
  /** Set while paused: nothing is acted upon. */
  paused: boolean;
  /** Epoch ms. */
  startedAt: number;
  updatedAt: number;
  endedAt: number | null;
  /** Counter from which element instance ids are made; the id of the last one made. */
  lastElementInstanceId: number;
  /** Process variables. A step that does not change them keeps the very same object. */
  variables: JsonObject;
  /** Open scopes by id: the unit of storage. The process's own is `ROOT_SCOPE`. Empty when the instance has ended. */
  scopes: Record<number, ScopeState>;
  /** While paused: what arrived meanwhile, acted on at resume, in order. */
  inbox: InboxEntry[];
  /** Supervised mode: the tasks stepped over, newest last, for stepping back (bounded). */
  trail: SteppedTask[];
  /** Bounded steps in a row that had to put something off; 0 when nothing is put off, at least 1 while something is. */
  continuations: number;
  /** Which run of its process this is; null: the only one, and no other will follow. */
  run: RunState | null;
  /** Why it ended, where neither its last token nor a cancel ended it. */
  ending: Ending | null;
}

/** One of several runs of the same process with the same start variables: the later ones follow failed ones. */
export interface RunState {
  /** From 1, and unique among the runs of one start or call. */
  readonly number: number;
  /** Guid of the first run, of which those of the others are made. */
  readonly firstGuid: string;
  readonly previousGuid: string | null;
  /** Runs before it that the policy does not count, because a person has asked for another since. */
  readonly countedFrom: number;
  /** Since when the policy's total budget runs; epoch ms. */
  readonly since: number;
  /** The wait before it began, in ms. */
  readonly delayMs: number;
  /** Why there is another run; null for the first. */
  readonly reason: string | null;
  /** The start event that it began at; null: the none one. */
  readonly startEventId: string | null;
  /** A person has decided about a failure of it: it is not given up for another any more. */
  readonly inHands: boolean;
}

/** An end that is not a completion: the run failed and another follows, or a modelled error went to the caller. */
export interface Ending {
  readonly because: 'retried' | 'error';
  readonly code: string;
  readonly message: string;
  /** `retried`: the run that follows. */
  readonly nextGuid: string | null;
}

/** What a paused instance keeps for later. */
export type InboxEntry =
  | {
      readonly type: 'timer';
      readonly timer: TimerKey;
    }
  | {
      readonly type: 'message';
      readonly elementInstanceId: number;
      readonly payload: JsonObject;
      readonly action: string | null;
      /** Set: the work outside was reported as failed. */
      readonly failure: { readonly code: string; readonly message: string } | null;
    }
  | {
      readonly type: 'child';
      readonly ended: EndedChild;
    };

/** How a called instance ended, for its call activity. */
export interface EndedChild {
  readonly elementInstanceId: number;
  /** The run that ended; those before it were followed by another. */
  readonly run: number;
  readonly childGuid: string;
  /**
   * `failed`: by a modelled error that nothing in the child caught. `not-started`: there is no child. `unusable`: completed, but
   * its variables cannot be kept.
   */
  readonly outcome: 'completed' | 'cancelled' | 'failed' | 'not-started' | 'unusable';
  /** Of a completed child: its variables. */
  readonly variables: JsonObject | null;
  /** Of a failed one, or why it could not be started. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A task that was stepped over in supervised mode. */
export interface SteppedTask {
  readonly nodeId: string;
  readonly elementInstanceId: number;
  readonly scopeId: number;
  /** The element instances that its token went on to: they are given up when it is stepped back to. */
  readonly followers: readonly number[];
  /** Variables before it ran. */
  readonly variablesBefore: JsonObject;
  readonly executedAt: number;
  readonly durationMs: number;
  readonly success: boolean;
}

/** A process or sub-process that is open, and the visits in it. */
export interface ScopeState {
  readonly id: number;
  /** The scope around it; null for the root. */
  readonly parentId: number | null;
  /** The open element instances directly in it, oldest first. */
  elements: ElementInstance[];
}

/**
 * How the visit of an element stands:
 * - `ready`: entered, but held back: the instance is paused, supervised stepping stands before it, or (with `dueAt`) a bounded
 *   step goes on later
 * - `executing`: an attempt runs (attempt number `attempt`), on node `owner` or by the worker that holds `lock`
 * - `queued`: a job that no worker has taken yet
 * - `retrying`: failed, and its policy runs it again at `dueAt`
 * - `held`: its next attempt waits for an open circuit
 * - `failed`: an open incident; a person decides
 * - `waiting`: for a person, a message or a timer
 * - `joining`: a gateway that waits for further tokens
 * - `active`: a sub-process whose scope is open
 * - `calling`: a call activity whose child has not ended
 */
export type ElementInstanceStatus =
  'ready' | 'executing' | 'queued' | 'retrying' | 'held' | 'failed' | 'waiting' | 'joining' | 'active' | 'calling';

/** One visit of one element; a token stands on it. */
export interface ElementInstance {
  readonly id: number;
  readonly nodeId: string;
  readonly scopeId: number;
  status: ElementInstanceStatus;
  /** Epoch ms of entry. */
  readonly startedAt: number;
  /** Attempts begun so far; automatic, manual and lost ones alike. */
  attempt: number;
  /** Attempts that the automatic budget does not count (`attempts: "reset"`). */
  budgetFrom: number;
  /** Attempts in a row that ended with the server that executed them; 0 after any other end, and after a manual retry. */
  lossesInARow: number;
  attemptStartedAt: number | null;
  /** The server process that runs the attempt; null when none does. */
  owner: number | null;
  /** The worker that executes the attempt; null when none does. */
  lock: WorkerLock | null;
  /** What recovery has to remember of the visit; null until it has. */
  recovery: VisitRecovery | null;
  /** Who asked for this attempt, for the audit of its outcome; null for automatic ones. */
  requestedBy: AttemptRequest | null;
  /** Input mapping's variables, seen by this visit only. */
  local: JsonObject | null;
  /** The failure that a person must decide about, or the one that is being retried. */
  incident: Incident | null;
  /**
   * Next automatic attempt (`retrying`, `held`), when the waited-for timer fires, when a job runs out of time (`queued`, or
   * `executing` under a lock), or when a put-off element goes on (`ready`). Epoch ms.
   */
  dueAt: number | null;
  /** For `waiting` on a message: what it is correlated by. */
  subscription: { readonly messageName: string; readonly correlationKey: string } | null;
  /** For `joining`: ids of the flows that have arrived, one for each token. */
  arrived: readonly string[];
  /** Armed timer boundary events: node id, when it fires, and how it goes on where it repeats (`remaining` null: without end). */
  boundaryTimers: readonly {
    readonly nodeId: string;
    readonly dueAt: number;
    readonly remaining: number | null;
    readonly every: Duration | null;
  }[];
  /** Timer boundary events are armed once in a visit, however often it is attempted. */
  timersArmed: boolean;
  /** Of a call activity: the run that it waits for, or one that has followed it; 0: none has been asked for. */
  run: number;
  /** Variables as they were before a retry with `keepVariables: "onSuccess"`, to go back to when it fails. */
  undo: VariablesBefore | null;
}

/** What variables were before they were changed: those that did not exist, and the values of the others. */
export interface VariablesBefore {
  /** What they were changed to: one that has been changed since is left alone. */
  readonly merged: JsonObject;
  readonly absent: readonly string[];
  readonly values: JsonObject;
}

/** Why a manual attempt runs. */
export interface AttemptRequest {
  readonly command: string;
  readonly correlationId: string | null;
  /** It is executed even where its circuit is open. */
  readonly ignoresCircuit?: true;
}

/** A worker's hold on a job. The attempt's number is the fencing token: it only rises. */
export interface WorkerLock {
  /** As the worker calls itself. */
  readonly worker: string;
  /** Epoch ms; past it the attempt is lost. */
  readonly lockedUntil: number;
  /** Of the last sign of life; epoch ms. */
  readonly heartbeatAt: number;
}

/** What of a visit outlives its attempts. */
export interface VisitRecovery {
  /** In place of the policy's own, by an operator or a worker; null: the policy's. */
  readonly budget: RetryBudget | null;
  /** Since when the total budget runs; null: since the visit began. Epoch ms. */
  readonly budgetSince: number | null;
  /** When all attempts together run out of time; null: never, or not while a person decides. Epoch ms. */
  readonly totalDueAt: number | null;
  /** Attempts that were rescheduled without being counted. */
  readonly reschedules: number;
  /** What the last heartbeat said, for the next attempt; null: nothing. */
  readonly heartbeat: JsonValue;
  /** The circuit of the last attempt that failed: endpoint host or task type; null: none. */
  readonly circuit: string | null;
  /** Variables have changed since the attempt that `circuit` is of began: the next one may depend on something else. */
  readonly mayGoElsewhere: boolean;
  /** The attempt asks what became of the one before, whose outcome is unknown. */
  readonly reconciling: boolean;
}

/**
 * What a failure leads to: another attempt (`reschedule`: which does not count), an incident (`fail`; `park`: the breaker may
 * release it; `escalate`: marked for attention), a modelled error, or the task's end without its work.
 */
export type RecoveryAction = 'retry' | 'reschedule' | 'fail' | 'park' | 'escalate' | 'throw' | 'skip' | 'complete' | 'reconcile';

/** A failure as state. */
export interface Incident {
  /** Stable, upper case: `HTTP_503`, `TIMEOUT`, `SCRIPT_ERROR`, `NO_FLOW_TAKEN`, ... or a BPMN error's code. */
  readonly code: string;
  readonly message: string;
  readonly errorClass: ErrorClass;
  /** `technical`, `business` (an uncaught BPMN error), `model` (no way out, a failed expression) or `unknown-outcome`. */
  readonly kind: 'technical' | 'business' | 'model' | 'unknown-outcome';
  readonly details: JsonObject | null;
  readonly attempt: number;
  /** Epoch ms. */
  readonly at: number;
  /** What was decided about it, and why. */
  readonly decision: { readonly action: RecoveryAction; readonly reason: string };
  /** The circuit that releases it when it closes; null: only a person decides. */
  readonly parkedFor: string | null;
}
