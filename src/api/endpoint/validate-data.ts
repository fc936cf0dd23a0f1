import { checksOf } from './compile-checks.js';
import { findFieldErrors, nameFields } from '../../application/requests/validate-fields.js';
import type { RegisteredRequest } from '../../application/requests/api-request.js';
import type { FieldError } from '../../contract/answer.js';
import { invalidRequest } from '../api-failure.js';

/**
 * `data` as the request's class, its aliases replaced. Unknown fields are refused: a misspelt `updatedVariables` that is
 * silently dropped would retry with the old ones.
 * @throws ApiFailure 400 with every invalid field at once
 */
export function validateData(spec: RegisteredRequest, data: Readonly<Record<string, unknown>>): object {
  const errors: FieldError[] = [];
  const instance = Object.assign(new spec.data(), nameFields(data, spec.aliases ?? {}, 'data', errors));
  if (errors.length === 0 && checksOf(spec.data)(instance)) return instance;
  errors.push(...findFieldErrors(instance, 'data'));
  if (errors.length > 0) throw invalidRequest(errors);
  return instance;
}
