import type { Effect } from './effects/effect.js';
import type { InstanceState, InstanceStatus } from './state/instance-state.js';
import type { JsonObject } from './state/json.js';
import type { VariableChange, VariableWrite } from './state/variable-change.js';

/** What a step says: a new state and what must happen because of it, or why the command cannot be done. */
export type StepResult = Accepted | Rejected;

/** The command is done; the arguments of the step stay as they were. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly state: InstanceState;
  readonly effects: readonly Effect[];
  /** Ids of the scopes whose stored form changed (closed ones are no longer in `state.scopes`). */
  readonly touchedScopes: ReadonlySet<number>;
  readonly variablesChanged: boolean;
  /** How the variables came from what they were (of a start: from those that it was given) to what they are. */
  readonly variableWrites: readonly VariableWrite[];
  /** What the command did, for its answer and its audit entry. */
  readonly report: StepReport;
}

/** What a command did, in the words of its answer. */
export interface StepReport {
  readonly statusBefore: InstanceStatus | null;
  readonly statusAfter: InstanceStatus;
  /** The task the command was about. */
  readonly taskId: string | null;
  readonly elementInstanceId: number | null;
  readonly attempt: number | null;
  /** Variables that the command itself changed; `path` is a JSON Pointer. Not those that tasks write. */
  readonly changes: readonly VariableChange[];
  /** Tasks terminated by a cancel, and the like. */
  readonly terminatedTasks: readonly string[];
  /** Visits of call activities whose children are cancelled because of it. */
  readonly cancelledCalls: readonly number[];
  /** The oldest active element before the command; null when there was none. */
  readonly activityBefore: string | null;
  /** Step backward: how the task that is stood before again went the last time. */
  readonly previousExecution: { readonly executedAt: number; readonly durationMs: number; readonly success: boolean } | null;
}

/** A refusal: a value, not an exception. Nothing was changed. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly code: RejectionCode;
  /** One sentence: what was expected, and what was found. */
  readonly message: string;
  /** For the answer's `data`. */
  readonly data: JsonObject;
}

/** Why a command cannot be done; stable, for programs. */
export type RejectionCode =
  | 'INVALID_STATE'
  | 'STALE_VERSION'
  | 'TASK_NOT_FAILED'
  | 'FAILURE_SETTLED'
  | 'TASK_NOT_WAITING'
  | 'TASK_NOT_RETRYING'
  | 'NO_SUCH_JOB'
  | 'NO_SUCH_CALL'
  | 'UNKNOWN_ACTION'
  | 'UNKNOWN_TARGET'
  | 'STALE_ATTEMPT'
  | 'NOTHING_DUE'
  | 'NOT_YET_DUE'
  | 'NOT_SUPERVISED'
  | 'NO_PREVIOUS_TASK'
  | 'NO_START_EVENT'
  | 'CANNOT_START_THERE'
  | 'ALREADY_STARTED'
  | 'VARIABLES_TOO_LARGE';
