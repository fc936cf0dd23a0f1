import type { FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';

/**
 * The life of a BPMN element, one file each. A token enters (an element instance is made), the element is activated, and
 * then either completes at once, or comes to rest and completes when the outside answers.
 */
export interface Element<N extends FlowNode = FlowNode> {
  /**
   * The token is on the element: do its deed, or come to rest by setting `instance.status`. Called again, on the same
   * instance, when a failed one is retried.
   */
  activate(draft: Draft, node: N, instance: ElementInstance): void;
  /** What it rested for has come: an attempt's result, a signal, a message, a due timer. Absent: it never rests. */
  resolve?(draft: Draft, node: N, instance: ElementInstance, outcome: Outcome): void;
}

/** What came back from the outside. */
export interface Outcome {
  readonly result: JsonValue;
  /** Variables to write besides the result. */
  readonly variables: JsonObject | null;
}
