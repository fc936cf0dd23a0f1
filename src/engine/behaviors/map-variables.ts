import type { ActivityNode } from '../definition/process-definition.js';
import type { Outcome } from '../elements/element.js';
import { mergeVariables, visibleVariables, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonObject, JsonValue } from '../state/json.js';
import { asObject, assignPath, evaluateInputs, InputFailed } from './evaluate-inputs.js';
import { expressionFailure, failElement } from './fail-element.js';

/** Evaluates the input mapping into the visit's own variables. False: it failed. */
export function mapInputs(draft: Draft, node: ActivityNode, instance: ElementInstance): boolean {
  if (node.inputs.length === 0) return true;
  try {
    instance.local = evaluateInputs(node.inputs, visibleVariables(draft, instance.scopeId, null));
  } catch (error) {
    if (!(error instanceof InputFailed)) throw error;
    failElement(draft, node, instance, expressionFailure(`input '${error.target}'`, error.reason));
    return false;
  }
  return true;
}

/**
 * Writes an activity's outcome: by its output mapping where it has one, else whole to its result variable. A script's own
 * assignments are written in any case. False: the mapping failed, and nothing was written.
 */
export function writeResult(
  draft: Draft,
  node: ActivityNode,
  instance: ElementInstance,
  { result, variables }: Outcome,
): boolean {
  const written: Record<string, JsonValue> = node.outputs.length === 0 || node.type === 'scriptTask' ? { ...variables } : {};
  if (node.outputs.length === 0) {
    if (node.resultVariable !== null) Object.assign(written, writePath(draft, written, node.resultVariable, result));
    mergeVariables(draft, 'result', instance, written);
    return true;
  }
  const seen = { ...visibleVariables(draft, instance.scopeId, instance.local), ...variables, ...asObject(result), result };
  for (const mapping of node.outputs) {
    try {
      Object.assign(written, writePath(draft, written, mapping.target, mapping.source.evaluate(seen)));
    } catch (error) {
      failElement(draft, node, instance, expressionFailure(`output '${mapping.target}'`, error));
      return false;
    }
  }
  mergeVariables(draft, 'result', instance, written);
  return true;
}

/** `a.b = value` as a whole new `a`, on top of what this mapping or the process has. */
function writePath(draft: Draft, written: JsonObject, path: string, value: JsonValue): JsonObject {
  const [name = path] = path.split('.');
  if (name === path) return { [path]: value };
  const base = written[name] ?? draft.state.variables[name];
  return assignPath(base === undefined ? {} : { [name]: base }, path, value);
}
