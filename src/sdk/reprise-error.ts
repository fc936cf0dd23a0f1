/**
 * The server did not do what it was asked: it refused (`statusCode` as in the envelope: `99`, `40`, `404`, `403`, `429`, ...), or it
 * was not reached, or its answer was not understood, or there was no token to ask it with (`UNREACHABLE`, `NOT_UNDERSTOOD`,
 * `NO_TOKEN`).
 */
export class RepriseError extends Error {
  override readonly name = 'RepriseError';
  readonly statusCode: string;
  /** HTTP status; null where no answer came. */
  readonly httpStatus: number | null;
  /** The answer's `data`: help for the caller, such as `errors` of fields or `currentStatus`; null where there is none. */
  readonly data: unknown;
  /** For whoever searches the server's log; null where no answer came. */
  readonly correlationId: string | null;

  constructor(
    message: string,
    at: {
      readonly statusCode: string;
      readonly httpStatus?: number | null;
      readonly data?: unknown;
      readonly correlationId?: string | null;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: at.cause });
    this.statusCode = at.statusCode;
    this.httpStatus = at.httpStatus ?? null;
    this.data = at.data ?? null;
    this.correlationId = at.correlationId ?? null;
  }

  /** The domain or the endpoint has said no, for good: sending the same again is of no use. */
  get isRefusal(): boolean {
    return this.httpStatus !== null && this.httpStatus < 500 && this.httpStatus !== 429;
  }
}
