import type { JsonObject } from '../state/json.js';
import type { RetryPolicy } from '../recovery/retry-policy.js';
import type { Expression } from './expression.js';
import type { Mapping } from './mapping.js';

export type { Mapping } from './mapping.js';

/**
 * One executable process, compiled from BPMN once per version: plain objects that point at each other, so that running it
 * needs no look-up by name. Never stored; the XML is, and it is compiled again where it is needed.
 */
export interface ProcessDefinition {
  /** `bpmn:process` id, the "process key". */
  readonly key: string;
  /** Its name, or its id where it has none. */
  readonly name: string;
  /** All flow nodes of the process and its sub-processes, in document order. `nodes[i].index === i`. */
  readonly nodes: readonly FlowNode[];
  readonly nodesById: ReadonlyMap<string, FlowNode>;
  /** The start events of the process itself. */
  readonly startEvents: readonly StartEventNode[];
  /** Whether it runs again from its start when a run has failed; a call activity's policy goes before it. */
  readonly retryPolicy: RetryPolicy | null;
}

/** A sequence flow. */
export interface SequenceFlow {
  readonly id: string;
  readonly name: string;
  readonly source: FlowNode;
  readonly target: FlowNode;
  /** Null: unconditional. JavaScript conditions are not here but in the gateway's `decision`. */
  readonly condition: Expression | null;
  readonly isDefault: boolean;
}

interface FlowNodeBase {
  readonly index: number;
  readonly id: string;
  /** The element's name, or its id where it has none. */
  readonly name: string;
  /** The sub-process that contains it; null directly in the process. */
  readonly parent: SubProcessNode | null;
  readonly incoming: readonly SequenceFlow[];
  readonly outgoing: readonly SequenceFlow[];
  /** The flow with `isDefault`, if any. */
  readonly defaultFlow: SequenceFlow | null;
}

/** What a timer waits for. Each form is an expression, evaluated when the timer is armed. */
export interface TimerDefinition {
  readonly kind: 'date' | 'duration' | 'cycle';
  /** Gives an ISO 8601 instant, duration or repeating interval (`R3/PT10S`), or a cron expression for `cycle`. */
  readonly value: Expression;
}

/** What a message event or receive task waits for. */
export interface MessageDefinition {
  readonly name: string;
  /** Null: the instance's own guid is the key. */
  readonly correlationKey: Expression | null;
}

/**
 * Work that is done outside the engine, one attempt at a time: an HTTP call, a script in its sandbox, a handler.
 * The engine only says that it is to be done and takes the outcome.
 */
export interface Work {
  /** Which connector does it: `http`, `script`, or the task type of a handler. */
  readonly connector: string;
  /** What the model says to the connector; its shape is the connector's (`src/connectors/<name>`). */
  readonly config: JsonObject;
  /** `at-most-once`: an attempt whose outcome is unknown becomes an incident and is not run again by itself. */
  readonly delivery: 'at-least-once' | 'at-most-once';
  /** Time-out of one attempt in ms; null: the connector's default. */
  readonly timeoutMs: number | null;
  readonly timeouts: WorkTimeouts;
}

/** What bounds an attempt besides its own time-out; null: nothing does. In ms. */
export interface WorkTimeouts {
  /** A job that no worker takes for so long, or an attempt that a limit holds back for so long, is an incident. */
  readonly toStartMs: number | null;
  /** For all attempts together, from the first one's begin. */
  readonly totalMs: number | null;
  /** Who executes the attempt must give a sign of life so often. */
  readonly heartbeatMs: number | null;
}

/** Nothing but the attempt's own time-out. */
export const NO_TIMEOUTS: WorkTimeouts = { toStartMs: null, totalMs: null, heartbeatMs: null };

/** What a person may choose when completing a user task: the word sent back, and the label to show. */
export interface UserAction {
  readonly action: string;
  readonly label: string;
}

interface ActivityBase extends FlowNodeBase {
  /** Boundary events attached to it, in document order. */
  readonly boundaryEvents: readonly BoundaryEventNode[];
  /** Variables that only this visit sees. */
  readonly inputs: readonly Mapping[];
  /** What is written of the result; empty: the whole result goes to `resultVariable`. */
  readonly outputs: readonly Mapping[];
  /** Null: the result is dropped unless `outputs` say otherwise. */
  readonly resultVariable: string | null;
  readonly retryPolicy: RetryPolicy | null;
}

/** service, script and send task (and a plain task that names a connector). */
export interface WorkTaskNode extends ActivityBase {
  readonly type: 'serviceTask' | 'scriptTask' | 'sendTask';
  readonly work: Work;
  /** Asked what became of an attempt with unknown outcome, before a person is; null: the person is. */
  readonly reconcile: WorkTaskNode | null;
}

/** Work for a person: rests until it is signalled. */
export interface UserTaskNode extends ActivityBase {
  readonly type: 'userTask';
  readonly actions: readonly UserAction[];
}

/** Rests until its message comes. */
export interface ReceiveTaskNode extends ActivityBase {
  readonly type: 'receiveTask';
  readonly message: MessageDefinition;
}

/** `bpmn:task` and `bpmn:manualTask`: passed at once. */
export interface PassThroughTaskNode extends ActivityBase {
  readonly type: 'task' | 'manualTask';
}

/** An embedded sub-process: a scope with a start event of its own. */
export interface SubProcessNode extends ActivityBase {
  readonly type: 'subProcess';
  readonly startEvent: StartEventNode;
}

/** Another process, which is run as an instance of its own (the child): rests until that has ended. */
export interface CallActivityNode extends ActivityBase {
  readonly type: 'callActivity';
  /** Gives the key of the process to call, when the call is made. */
  readonly calledProcess: Expression;
  /** The child begins with all variables that are visible here, those of `inputs` over them; false: with those of `inputs` alone. */
  readonly passesAll: boolean;
  /** All variables of a completed child are written, unless `outputs` say which. */
  readonly returnsAll: boolean;
}

/** Splits and joins; the conditions stand at its outgoing flows. */
export interface GatewayNode extends FlowNodeBase {
  readonly type: 'exclusiveGateway' | 'inclusiveGateway' | 'parallelGateway';
  /**
   * Present when JavaScript decides (conditions in JavaScript or a `Condition` script): run as an attempt; its result is a
   * list of the ids of the flows to take, in order.
   */
  readonly decision: Work | null;
  /**
   * For an inclusive join: indexes of the nodes of the same scope from which each incoming flow can be reached without
   * passing this gateway. Parallel to `incoming`.
   */
  readonly reachableFrom: readonly ReadonlySet<number>[];
}

/** Where a process or sub-process begins, and by what. */
export interface StartEventNode extends FlowNodeBase {
  readonly type: 'startEvent';
  readonly trigger:
    | { readonly kind: 'none' }
    | { readonly kind: 'message'; readonly message: MessageDefinition }
    | { readonly kind: 'timer'; readonly timer: TimerDefinition };
}

/** Where a token ends, and what becomes of its scope. */
export interface EndEventNode extends FlowNodeBase {
  readonly type: 'endEvent';
  readonly result:
    | { readonly kind: 'none' }
    | { readonly kind: 'terminate' }
    | { readonly kind: 'error'; readonly errorCode: string; readonly errorMessage: string };
}

/** Rests until its message comes or its timer is due. */
export interface IntermediateCatchEventNode extends FlowNodeBase {
  readonly type: 'intermediateCatchEvent';
  readonly trigger:
    | { readonly kind: 'message'; readonly message: MessageDefinition; readonly resultVariable: string | null }
    | { readonly kind: 'timer'; readonly timer: TimerDefinition };
}

/** A none throw event: passed at once. */
export interface IntermediateThrowEventNode extends FlowNodeBase {
  readonly type: 'intermediateThrowEvent';
}

/** Attached to an activity: catches its errors, or fires while it is open. */
export interface BoundaryEventNode extends FlowNodeBase {
  readonly type: 'boundaryEvent';
  readonly attachedTo: string;
  readonly interrupting: boolean;
  readonly trigger:
    | { readonly kind: 'timer'; readonly timer: TimerDefinition }
    /** `errorCode` null catches every error code. */
    | { readonly kind: 'error'; readonly errorCode: string | null };
}

/** What has boundary events, mappings and failures. */
export type ActivityNode =
  WorkTaskNode | UserTaskNode | ReceiveTaskNode | PassThroughTaskNode | SubProcessNode | CallActivityNode;

/** Everything that a token can be on. */
export type FlowNode =
  | ActivityNode
  | GatewayNode
  | StartEventNode
  | EndEventNode
  | IntermediateCatchEventNode
  | IntermediateThrowEventNode
  | BoundaryEventNode;

/** BPMN's element names, as they stand in XML. */
export type ElementType = FlowNode['type'];

/** Element types that people see as tasks: they can fail, be retried and be skipped. */
export function isActivity(node: FlowNode): node is ActivityNode {
  return 'boundaryEvents' in node;
}
