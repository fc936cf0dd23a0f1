import type { ActivatedJob } from '../../contract/activated-job.js';
import type { RepriseClient } from '../client.js';
import { idempotencyKey } from '../idempotency-key.js';
import type { JsonObject } from '../json.js';
import type { CallOptions } from '../send-command.js';
import { RepriseError } from '../reprise-error.js';
import { BpmnError, NonRetryableError, RetryAfter } from './worker-errors.js';

/** How the work of a job ended. */
export type JobOutcome =
  { readonly kind: 'completed'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown };

/** Longest message and code that the server takes. */
const MESSAGE_LENGTH = 4_000;
const CODE_LENGTH = 255;

/**
 * Tells the server how the work ended. A result that it does not take is a failure that a person must look at: the work was done, and
 * doing it again would not make the result another one.
 * @param forMs how long it may be tried, in ms
 * @returns what the server was told
 * @throws RepriseError where the job is not this worker's any more, or the server was not reached
 */
export async function handIn(
  client: RepriseClient,
  { jobId, token, tenantId }: ActivatedJob,
  worker: string,
  outcome: JobOutcome,
  forMs: number,
): Promise<JobOutcome> {
  const job = { jobId, token, worker };
  const options = (deed: string): CallOptions => ({
    tenant: tenantId,
    idempotencyKey: idempotencyKey(jobId, token, deed),
    retryForMs: forMs,
  });
  if (outcome.kind === 'completed') {
    try {
      await client.completeJob({ ...job, ...resultOf(outcome.value) }, options('complete'));
      return outcome;
    } catch (error) {
      if (!(error instanceof RepriseError) || (error.httpStatus !== 400 && error.httpStatus !== 413)) throw error;
      const refused = new NonRetryableError(`The result was refused: ${error.message}`, 'RESULT_NOT_STORABLE');
      return handIn(client, { jobId, token, tenantId } as ActivatedJob, worker, { kind: 'failed', error: refused }, forMs);
    }
  }
  const { error } = outcome;
  if (error instanceof BpmnError) {
    const { code, variables } = error;
    const thrown = { errorCode: code, errorMessage: messageOf(error), ...(variables && { variables }) };
    await client.throwBpmnError({ ...job, ...thrown }, options('throw'));
  } else await client.failJob({ ...job, ...failureOf(error) }, options('fail'));
  return outcome;
}

/** An object is variables; any other value is what the task's result variable gets. */
function resultOf(value: unknown): { variables?: JsonObject; result?: unknown } {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? { variables: value as JsonObject } : { result: value };
}

function failureOf(error: unknown): {
  errorMessage: string;
  errorCode?: string;
  nonRetryable?: boolean;
  retryDelayMs?: number;
} {
  const { code } = typeof error === 'object' && error !== null ? (error as { code?: unknown }) : {};
  return {
    errorMessage: messageOf(error),
    ...(typeof code === 'string' && code !== '' && { errorCode: code.slice(0, CODE_LENGTH) }),
    ...(error instanceof NonRetryableError && { nonRetryable: true }),
    ...(error instanceof RetryAfter && { retryDelayMs: Math.max(0, Math.ceil(error.delayMs)) }),
  };
}

/** What was thrown, in words that can be stored. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return Buffer.from(text.slice(0, MESSAGE_LENGTH).replaceAll('\u0000', '\uFFFD')).toString();
}
