import { describeJsonError, findJsonProblem, findUnsafeNumber } from '../../contract/json-rules.js';
import type { JsonObject } from '../../engine/index.js';
import { invalidField } from './invalid-request.js';

/** A field that holds a JSON object as text (`runtimeContext`, `signalData`). @throws InvalidRequest */
export function parseJsonText(field: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidField(field, 'json', `${field} must be JSON text, but: ${describeJsonError(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidField(
      field,
      'type',
      `${field} must hold a JSON object, but holds ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`}`,
    );
  }
  const unsafe = findUnsafeNumber(text);
  if (unsafe !== null)
    throw invalidField(
      field,
      'number',
      `${field} holds the number ${unsafe}, which JSON readers cannot keep exactly; send it as text`,
    );
  const problem = findJsonProblem(value);
  if (problem) throw invalidField(field, problem.code, `${field}.${problem.path}: ${problem.message}`);
  return value as JsonObject;
}

/** At most one of these fields may be given. @throws InvalidRequest */
export function refuseTogether(data: object, fields: readonly string[]): void {
  const given = fields.filter((field) => (data as Record<string, unknown>)[field] !== undefined);
  if (given.length > 1)
    throw invalidField(
      given[1] ?? '',
      'exclusive',
      `Expected at most one of ${fields.join(', ')}, but got ${given.join(' and ')}`,
    );
}
