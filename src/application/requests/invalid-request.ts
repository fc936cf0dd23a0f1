import type { FieldError } from '../../contract/answer.js';

/** The request is malformed in a way that only its handler can see. Answered with HTTP 400. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map((error) => error.message).join(' '));
  }
}

/** One invalid field of `data`. */
export function invalidField(field: string, code: string, message: string): InvalidRequest {
  return new InvalidRequest([{ field: `data.${field}`, code, message }]);
}

/** For the `catch` of a paged query: a store throws RangeError for a cursor that it did not make. */
export function refuseCursor(error: unknown): never {
  if (error instanceof RangeError) throw invalidField('cursor', 'cursor', 'cursor must be one that an earlier answer gave');
  throw error;
}
