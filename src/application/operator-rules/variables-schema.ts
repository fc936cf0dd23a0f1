import { Ajv, type ValidateFunction } from 'ajv';
import type { JsonObject } from '../../engine/index.js';

/** Compiled schemas that are kept; when there are more, all are made anew. */
const CAPACITY = 200;

const compiled = new Map<string, ValidateFunction>();

/** Why an object is not as a JSON Schema has it; null: it is. @throws Error for a schema that is none */
export function findSchemaProblem(schema: JsonObject, value: JsonObject): string | null {
  const validate = compile(schema);
  if (validate(value)) return null;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`.trim();
}

/** What is wrong with a schema itself; null: nothing. */
export function findProblemOfSchema(schema: JsonObject): string | null {
  try {
    compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compile(schema: JsonObject): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known) return known;
  const validate = new Ajv({ strict: false, allErrors: false, validateFormats: false }).compile(schema);
  if (compiled.size >= CAPACITY) compiled.clear();
  compiled.set(key, validate);
  return validate;
}
