import { findJsonProblem } from '../../contract/json-rules.js';
import { plainJson, type PlainJson } from '../../contract/plain-json.js';
import { textOf } from './storable-failure.js';

/**
 * A handler's value as the server takes it and keeps it, or why it cannot be kept as it is. The server's own handlers go by the same
 * rules. Never throws.
 * @param name what the value is called in the problem
 */
export function storableJson(value: unknown, name: string): { readonly json: PlainJson } | { readonly problem: string } {
  try {
    const json = plainJson(value, name);
    const problem = findJsonProblem(json);
    if (problem === null) return { json };
    const { path, message } = problem;
    return { problem: `${name}${path === '' || path.startsWith('[') ? '' : '.'}${path}: ${message}` };
  } catch (error) {
    return { problem: textOf(error) };
  }
}
