import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { FieldError } from '../../contract/answer.js';
import { InvalidRequest } from './invalid-request.js';

/** Names that would change what the object is, instead of a field of it. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * An object within a request as the class whose rules its fields must keep.
 * @param path where it stands: `data.filter`
 * @throws InvalidRequest with every invalid field of it at once
 */
export function readAs<T extends object>(
  type: new () => T,
  raw: Readonly<Record<string, unknown>>,
  path: string,
  aliases: Readonly<Record<string, string>> = {},
): T {
  const errors: FieldError[] = [];
  const instance = Object.assign(new type(), nameFields(raw, aliases, path, errors));
  errors.push(...findFieldErrors(instance, path));
  if (errors.length > 0) throw new InvalidRequest(errors);
  return instance;
}

/** What is wrong with the fields of an object, by the rules of its class. */
export function findFieldErrors(instance: object, path: string): FieldError[] {
  const found = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: false,
  });
  return found.flatMap((error) => toFieldErrors(error, path));
}

/** The fields under their own names; what is wrong with the names is added to `errors`. An explicit null is "not given" everywhere: clients of typed languages send it. */
export function nameFields(
  data: Readonly<Record<string, unknown>>,
  aliases: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (value === null) continue;
    const name = Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key;
    if (RESERVED.has(name)) errors.push({ field: path, code: 'unknown', message: `Expected no field named '${name}'` });
    else if (Object.hasOwn(result, name))
      errors.push({ field: `${path}.${key}`, code: 'exclusive', message: `${name} is given twice, also under another name` });
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

/** The fields that a class has a rule for, in the order of the alphabet. */
function fieldNamesOf(type: abstract new (...args: never[]) => object): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))].sort();
}
