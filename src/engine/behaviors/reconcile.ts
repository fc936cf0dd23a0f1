import type { FlowNode, WorkTaskNode } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import { visibleVariables } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import { asObject, evaluateInputs } from './evaluate-inputs.js';
import { reconcilerOf } from './judge-failure.js';
import { runAttempt } from './run-attempt.js';
import { remember } from './visit-recovery.js';

/** Unknown or lost outcomes in a row after which a person decides: a task that ends its server would take down one after the other. */
export const LOSSES = 3;

/**
 * Asks the model's own task what became of an attempt whose outcome is unknown. It is an attempt of the same visit and sends
 * the same `Idempotency-Key`, so that the other side can tell what it is asked about.
 */
export function askReconciler(draft: Draft, node: FlowNode, instance: ElementInstance): void {
  const reconciler = reconcilerOf(node);
  if (reconciler === null) return;
  instance.attempt++;
  remember(instance, { reconciling: true });
  runAttempt(draft, node, instance, reconciler.work, questionInputs(draft, reconciler, instance));
}

/** What only the question sees; null where it has no input mapping. */
export function questionInputs(
  draft: Pick<Draft, 'state'>,
  { inputs }: WorkTaskNode,
  { scopeId }: ElementInstance,
): JsonObject | null {
  try {
    return inputs.length === 0 ? null : evaluateInputs(inputs, visibleVariables(draft, scopeId, null));
  } catch {
    return null; // The question goes without its inputs; whoever cannot answer it says so.
  }
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
