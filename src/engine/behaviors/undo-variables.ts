import { changesBetween, replaceVariables, type Draft } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import type { JsonValue } from '../state/json.js';
import type { VariableChange } from '../state/variable-change.js';

/**
 * `keepVariables: "onSuccess"`: the retry's variables go when its attempt fails, but for those that have been changed since.
 * @returns what changed by it
 */
export function undoVariables(draft: Draft, instance: ElementInstance): VariableChange[] {
  if (instance.undo === null) return [];
  const { merged, absent, values } = instance.undo;
  const before = draft.state.variables;
  const kept: Record<string, JsonValue> = { ...before };
  const isOurs = (name: string): boolean => JSON.stringify(kept[name]) === JSON.stringify(merged[name]);
  for (const [name, value] of Object.entries(values)) if (isOurs(name)) kept[name] = value;
  for (const name of absent) if (isOurs(name)) delete kept[name];
  replaceVariables(draft, 'undo', instance, kept, Object.keys(merged));
  instance.undo = null;
  return changesBetween(before, kept);
}
