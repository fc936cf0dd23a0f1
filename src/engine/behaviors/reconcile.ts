import type { FlowNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import { asObject } from './evaluate-inputs.js';
import type { Failure } from './judge-failure.js';
import { runAttempt } from './run-attempt.js';
import { remember } from './visit-recovery.js';

/** Unknown or lost outcomes in a row after which a person decides: a task that ends its server would take down one after the other. */
export const LOSSES = 3;

/**
 * Asks the model's own task what became of an attempt whose outcome is unknown. It is an attempt of the same visit and sends
 * the same `Idempotency-Key`, so that the other side can tell what it is asked about.
 */
export function askReconciler(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  instance.attempt++;
  remember(instance, { reconciling: true });
  runAttempt(draft, node, instance);
}

/** The failure of an attempt whose outcome even the model's own task does not know. */
export function stillUnknown(node: FlowNode, why: string | null): Failure {
  return {
    code: 'OUTCOME_UNKNOWN',
    kind: 'unknown-outcome',
    message: `Whether the work of '${node.name}' was done is unknown: the task that was asked ${why === null ? 'does not know it either' : `failed: ${why}`}.`,
    details: { outcome: 'unknown' },
  };
}

/** What a reconciler answered. */
export type ReconciledOutcome =
  | { readonly outcome: 'completed'; readonly result: JsonValue; readonly variables: JsonObject | null }
  | { readonly outcome: 'not-executed' | 'unknown' };

/**
 * Reads `{ outcome: "completed", result?, variables? }`, `{ outcome: "not-executed" }` or `{ outcome: "unknown" }`, be it the
 * result itself or the body of an HTTP answer. Anything else leaves the outcome unknown.
 */
export function readReconciled(answer: JsonValue): ReconciledOutcome {
  const said = asObject(answer);
  const at = said['outcome'] === undefined ? asObject(said['body'] ?? null) : said;
  if (at['outcome'] === 'completed') {
    const variables = at['variables'] === undefined ? null : asObject(at['variables']);
    return { outcome: 'completed', result: at['result'] ?? null, variables };
  }
  return { outcome: at['outcome'] === 'not-executed' ? 'not-executed' : 'unknown' };
}
