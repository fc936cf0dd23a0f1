import { refused, type Answer, type FieldError } from '../contract/answer.js';

/** An answer that is no command's result: HTTP status, envelope and headers (CONTRACT section 1). Thrown on the way to a handler. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';

  constructor(
    readonly httpStatus: number,
    readonly answer: Answer,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(answer.message);
  }
}

/** Every invalid field at once. */
export function invalidRequest(errors: readonly FieldError[]): ApiFailure {
  const first = errors[0]?.message ?? 'Expected another request';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new ApiFailure(400, refused(`Invalid request: ${first}${more}`, { errors }, '40'));
}

export function unauthorized(): ApiFailure {
  const message = 'Expected a valid bearer token in the Authorization header.';
  return new ApiFailure(401, refused(message, null, '401'), { 'www-authenticate': 'Bearer' });
}

export function forbidden(message: string, requiredPermission: string | null): ApiFailure {
  return new ApiFailure(403, refused(message, { requiredPermission }, '403'));
}

export function unknownPath(method: string, path: string): ApiFailure {
  return new ApiFailure(404, refused(`There is nothing at ${method} ${path}. Commands go to POST /api/core/cmd.`, null, '404'));
}

export function keyReused(key: string): ApiFailure {
  const message = `Idempotency key '${key}' was used with another request. Take a new key for a new request.`;
  return new ApiFailure(409, refused(message, null, '409'));
}

export function bodyTooLarge(limitBytes: number): ApiFailure {
  return new ApiFailure(413, refused(`Expected a body of at most ${limitBytes} bytes.`, null, '413'));
}

export function tooManyRequests(retryAfterS: number): ApiFailure {
  return new ApiFailure(429, refused(`Too many requests. Come again in ${retryAfterS} s.`, null, '429'), {
    'retry-after': String(retryAfterS),
  });
}

/** Our fault. What went wrong is in the log, under this id. */
export function internalError(correlationId: string): ApiFailure {
  const message = 'Something went wrong on our side. The log has the reason under the correlation id.';
  return new ApiFailure(500, refused(message, { correlationId }, '500'));
}

/** Nothing was changed, as far as is known; the same request with the same idempotency key is safe to repeat. */
export function unavailable(correlationId: string, message: string): ApiFailure {
  return new ApiFailure(503, refused(message, { correlationId }, '503'), { 'retry-after': '1' });
}
