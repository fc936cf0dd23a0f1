/** The envelope of every answer (CONTRACT section 1). */
export interface Answer<T = unknown> {
  readonly isSuccessful: boolean;
  readonly message: string;
  /** `00` done; `99` refused by the domain or the task failed again; `40`, `404`, `401`, ... as CONTRACT section 1. */
  readonly statusCode: string;
  readonly data: T;
}

/** Done. */
export function done<T>(message: string, data: T): Answer<T> {
  return { isSuccessful: true, message, statusCode: '00', data };
}

/** Not done, with the reason as a sentence. Travels with HTTP 200: the domain refused, the request was fine. */
export function refused<T>(message: string, data: T, statusCode = '99'): Answer<T> {
  return { isSuccessful: false, message, statusCode, data };
}

/** CONTRACT section 2. Another tenant's instance looks the same as none. */
export function instanceNotFound(instanceGuid: string): Answer<null> {
  return refused(`Process instance '${instanceGuid}' not found.`, null);
}

/** One invalid field of a request. */
export interface FieldError {
  /** Path in the request, `data.updatedVariables` style. */
  readonly field: string;
  /** Stable: `required`, `type`, `max`, `unknown`, ... */
  readonly code: string;
  /** What was expected, and what was found. */
  readonly message: string;
}
