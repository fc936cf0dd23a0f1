import { validateSync, type ValidationError } from 'class-validator';
import type { RegisteredRequest } from '../../application/requests/api-request.js';
import type { FieldError } from '../../contract/answer.js';
import { invalidRequest } from '../api-failure.js';
import { checksOf, fieldNamesOf } from './compile-checks.js';

/** Names that would change what the object is, instead of a field of it. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `data` as the request's class, its aliases replaced. Unknown fields are refused: a misspelt `updatedVariables` that is
 * silently dropped would retry with the old ones.
 * @throws ApiFailure 400 with every invalid field at once
 */
export function validateData(spec: RegisteredRequest, data: Readonly<Record<string, unknown>>): object {
  const errors: FieldError[] = [];
  const instance = Object.assign(new spec.data(), renamed(spec, data, errors));
  if (errors.length === 0 && checksOf(spec.data)(instance)) return instance;
  const found = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: false,
  });
  for (const error of found) errors.push(...toFieldErrors(error, 'data'));
  if (errors.length > 0) throw invalidRequest(errors);
  return instance;
}

function renamed(
  spec: RegisteredRequest,
  data: Readonly<Record<string, unknown>>,
  errors: FieldError[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    // An explicit null is "not given" everywhere: clients of typed languages send it.
    if (value === null) continue;
    const name = spec.aliases && Object.hasOwn(spec.aliases, key) ? (spec.aliases[key] ?? key) : key;
    if (RESERVED.has(name)) errors.push({ field: 'data', code: 'unknown', message: `Expected no field named '${name}'` });
    else if (Object.hasOwn(result, name))
      errors.push({ field: `data.${key}`, code: 'exclusive', message: `${name} is given twice, also under another name` });
    else result[name] = value;
  }
  return result;
}

function toFieldErrors(error: ValidationError, path: string): FieldError[] {
  const field = `${path}.${error.property}`;
  const nested = (error.children ?? []).flatMap((child) => toFieldErrors(child, field));
  const constraints = Object.entries(error.constraints ?? {});
  if (constraints.length === 0) return nested;
  if (error.value === undefined && constraints[0]?.[0] !== 'whitelistValidation') {
    return [...nested, { field, code: 'required', message: `${error.property} is required` }];
  }
  const [rule, message] = constraints.sort((a, b) => rank(a[0]) - rank(b[0]))[0] ?? ['', ''];
  if (rule === 'whitelistValidation') return [...nested, { field, code: 'unknown', message: unknownField(error, path) }];
  return [...nested, { field, code: CODES[rule] ?? rule, message }];
}

function unknownField({ property, target }: ValidationError, path: string): string {
  const names = target === undefined ? [] : fieldNamesOf(target.constructor as new () => object);
  return `There is no field '${property}' in ${path}${names.length === 0 ? '' : `, but there are: ${names.join(', ')}`}`;
}

const CODES: Readonly<Record<string, string>> = {
  isString: 'type',
  isInt: 'type',
  isNumber: 'type',
  isBoolean: 'type',
  isArray: 'type',
  isObject: 'type',
  variables: 'type',
  id: 'type',
  isNotEmpty: 'required',
  isIn: 'choice',
  max: 'max',
  maxLength: 'max',
  arrayMaxSize: 'max',
  min: 'min',
  minLength: 'min',
};

/** The reason that helps most: a wrong type says more than a length that cannot be measured. */
function rank(rule: string): number {
  return CODES[rule] === 'type' ? 0 : CODES[rule] === 'required' ? 1 : 2;
}
