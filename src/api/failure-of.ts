import { HttpException } from '@nestjs/common';
import { ForbiddenTenants } from '../application/access/forbidden-tenants.js';
import { MissingPermission } from '../application/access/missing-permission.js';
import { InvalidRequest } from '../application/requests/invalid-request.js';
import { StepConflict, StorageUnavailable } from '../application/ports/instance-store.js';
import { refused } from '../contract/answer.js';
import { ApiFailure, bodyTooLarge, forbidden, internalError, invalidRequest, unavailable, unknownPath } from './api-failure.js';

/** What is known of the request that failed. */
export interface FailedRequest {
  readonly method: string;
  readonly path: string;
  readonly correlationId: string;
  readonly bodyLimitBytes: number;
}

/** Any error as an answer. Only what is expected says more than "something went wrong". */
export function failureOf(error: unknown, request: FailedRequest): ApiFailure {
  const refusal = refusalOf(error);
  if (refusal instanceof ApiFailure) return refusal;
  if (error instanceof StorageUnavailable)
    return unavailable(request.correlationId, 'The database cannot be reached now. Try again in a moment.');
  if (error instanceof StepConflict)
    return unavailable(request.correlationId, 'Others change this at the same time again and again. Try again in a moment.');
  if (isBrokenOff(error))
    return invalidRequest([{ field: '', code: 'cut-off', message: 'The request was broken off before its end' }]);
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === 404) return unknownPath(request.method, request.path);
  if (status === 413) return bodyTooLarge(request.bodyLimitBytes);
  if (status !== null && status >= 400 && status < 500) {
    return new ApiFailure(
      status,
      refused(error instanceof Error ? error.message : 'Expected another request', null, status === 400 ? '40' : String(status)),
    );
  }
  return internalError(request.correlationId);
}

/** What a handler refuses by throwing, as the answer to it; any other error as it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof InvalidRequest) return invalidRequest(error.errors);
  if (error instanceof MissingPermission) return forbidden(error.message, error.permission);
  return error instanceof ForbiddenTenants ? forbidden(error.message, null) : error;
}

/** Fastify's own errors (a body that is cut off, a bad URL) carry their status. */
function statusOf(error: unknown): number | null {
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return typeof statusCode === 'number' && typeof code === 'string' && code.startsWith('FST_') ? statusCode : null;
}

/** The client went away in the middle of its body: nobody reads the answer, and it is not our fault. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && error.message === 'aborted' && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
}
