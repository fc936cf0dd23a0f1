import type { ElementType, Work } from '../definition/process-definition.js';
import type { Incident, RunState, TimerKind } from '../state/instance-state.js';
import type { ErrorClass } from '../recovery/classify-error.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import type { VariableChange } from '../state/variable-change.js';

/**
 * What the outside must do or keep because of a step: one ordered list of plain data. An effect's identity is
 * (instance, version, index in the list).
 */
export type Effect =
  | ExecuteAttempt
  | ScheduleTimer
  | CancelTimer
  | OpenSubscription
  | CloseSubscription
  | RecordActivity
  | RecordAttempt
  | OpenIncident
  | CloseIncident
  | RecordDecision
  | AbortAttempt
  | OpenJob
  | CloseJob
  | StartChild
  | CancelChild
  | BeginRun;

/** A row that makes the called process begin as an instance of its own. Key: the element instance. */
export interface StartChild {
  readonly type: 'start-child';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly processKey: string;
  readonly run: number;
  readonly childGuid: string;
}

/** A row that makes the child of this visit end, whichever run it is in; one that has not begun does not begin. */
export interface CancelChild {
  readonly type: 'cancel-child';
  readonly elementInstanceId: number;
}

/** The next run of this instance, as an instance of its own in the same transaction, with the start variables of this one. */
export interface BeginRun {
  readonly type: 'begin-run';
  /** The visit whose failure ended this run. */
  readonly elementInstanceId: number;
  readonly guid: string;
  readonly run: RunState;
  /** The failure that the new run waits after. */
  readonly incident: Incident;
}

/** Run one attempt after the commit. Not a row: the state says that it is executing, and on which node. */
export interface ExecuteAttempt {
  readonly type: 'execute-attempt';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly attempt: number;
  /** A number that was given back comes again, with a later time. Epoch ms. */
  readonly begunAt: number;
  readonly work: Work;
  /** Process variables overlaid with the visit's local ones. */
  readonly variables: JsonObject;
  /** The visit's local ones alone; null where there is no input mapping. */
  readonly local: JsonObject | null;
  /** What the last heartbeat of an earlier attempt said; null: nothing. */
  readonly heartbeat: JsonValue;
  /** It is executed even where its circuit is open: a person has asked for it, or it has no retry policy. */
  readonly passesCircuit: boolean;
  /** The circuit that has let it through to see how it goes: of this one, it is executed even where it is open. Null: none. */
  readonly canaryOf: string | null;
}

/** A row that a worker may take: the work of this visit's attempt. Key: the element instance. */
export interface OpenJob {
  readonly type: 'open-job';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly jobType: string;
}

/** No worker may take it any more; it may have been taken. */
export interface CloseJob {
  readonly type: 'close-job';
  readonly elementInstanceId: number;
}

/** Tell a running attempt to stop; its outcome no longer matters. */
export interface AbortAttempt {
  readonly type: 'abort-attempt';
  readonly elementInstanceId: number;
}

/** A row that wakes the instance at `dueAt`. Key: (elementInstanceId, timerNodeId). Scheduling it again moves it. */
export interface ScheduleTimer {
  readonly type: 'schedule-timer';
  readonly kind: TimerKind;
  /** 0 for `continue`, of which an instance has one at most: it stands for all that is put off. */
  readonly elementInstanceId: number;
  /** The boundary event's id for `boundary-timer`, `#total` for `total-timeout`, else the empty string. */
  readonly timerNodeId: string;
  readonly dueAt: number;
  /** Of a retry: the circuit that may hold it back. */
  readonly circuit?: string;
  /** The circuit is open: the row waits for the breaker to release it, whatever its time. */
  readonly held?: true;
}

/** The timer row of this key must not fire any more; none may be there. */
export interface CancelTimer {
  readonly type: 'cancel-timer';
  readonly elementInstanceId: number;
  readonly timerNodeId: string;
}

/** The visit waits for a message of this name and key. */
export interface OpenSubscription {
  readonly type: 'open-subscription';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly messageName: string;
  readonly correlationKey: string;
}

/** The visit waits for no message any more. */
export interface CloseSubscription {
  readonly type: 'close-subscription';
  readonly elementInstanceId: number;
}

/** A visit of an element has ended. Open visits are in the state. */
export interface RecordActivity {
  readonly type: 'record-activity';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly elementType: ElementType;
  readonly scopeElementInstanceId: number | null;
  readonly status: 'completed' | 'terminated' | 'skipped' | 'failed';
  readonly takenFlowIds: readonly string[];
  /** What the input mapping gave it; null: it saw the variables as they were. */
  readonly input: JsonObject | null;
  readonly attempts: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** An attempt has ended otherwise than by succeeding at once: each failed, lost or aborted one, and the success after them. */
export interface RecordAttempt {
  readonly type: 'record-attempt';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly attempt: number;
  readonly outcome: 'succeeded' | 'failed' | 'lost' | 'aborted' | 'bpmn-error';
  /** As of a visit. */
  readonly input: JsonObject | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly details: JsonObject | null;
  /** Of a failed one: its class, and what was decided about it. */
  readonly errorClass?: ErrorClass;
  readonly decision?: Incident['decision'];
  /** The worker that executed it. */
  readonly worker?: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A visit has failed and a person decides. */
export interface OpenIncident {
  readonly type: 'open-incident';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly incident: Incident;
}

/** The failure of a visit is settled, and how. */
export interface CloseIncident {
  readonly type: 'close-incident';
  readonly elementInstanceId: number;
  readonly resolution: 'retried' | 'skipped' | 'cancelled' | 'terminated' | 'released';
}

/** An automatic decision about a failure, for the audit trail (CONTRACT section 7). */
export interface RecordDecision {
  readonly type: 'record-decision';
  /** `RetryScheduled`, `AttemptRescheduled`, `RetriesExhausted`, `TaskFailed`, `TaskParked`, `TaskEscalated`, `AttemptTakenOver`, `AttemptSucceeded`, `AttemptFailed`, `CompletionIgnored`, ... */
  readonly action: string;
  readonly outcome: 'succeeded' | 'failed' | 'refused';
  readonly elementInstanceId: number;
  readonly nodeId: string;
  readonly attempt: number;
  /** Variables that the decision changed. */
  readonly changes: readonly VariableChange[];
  readonly detail: { readonly [key: string]: JsonValue };
}
