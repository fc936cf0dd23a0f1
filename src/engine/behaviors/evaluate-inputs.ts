import type { Variables } from '../definition/expression.js';
import type { Mapping } from '../definition/process-definition.js';
import type { JsonObject, JsonValue } from '../state/json.js';

/** Which input could not be evaluated, and why. */
export class InputFailed extends Error {
  override readonly name = 'InputFailed';

  constructor(
    readonly target: string,
    readonly reason: unknown,
  ) {
    super(reason instanceof Error ? reason.message : String(reason));
  }
}

/** The input mapping's variables; each sees those before it. @throws InputFailed */
export function evaluateInputs(inputs: readonly Mapping[], outer: Variables): JsonObject {
  let local: JsonObject = {};
  for (const mapping of inputs) {
    try {
      local = assignPath(local, mapping.target, mapping.source.evaluate({ ...outer, ...local }));
    } catch (error) {
      throw new InputFailed(mapping.target, error);
    }
  }
  return local;
}

/** `a.b = value` in a copy of `target`. */
export function assignPath(target: JsonObject, path: string, value: JsonValue): JsonObject {
  const dot = path.indexOf('.');
  if (dot < 0) return { ...target, [path]: value };
  const name = path.slice(0, dot);
  return { ...target, [name]: assignPath(asObject(target[name] ?? null), path.slice(dot + 1), value) };
}

/** The value where it is an object, else an empty one. */
export function asObject(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
