import type { ActivatedJob } from '../../contract/activated-job.js';
import type { PlainJson } from '../../contract/plain-json.js';
import type { RepriseClient } from '../client.js';
import { idempotencyKey } from '../idempotency-key.js';
import type { JsonObject } from '../json.js';
import type { CallOptions } from '../send-command.js';
import { RepriseError } from '../reprise-error.js';
import type { JobLock } from './job-lock.js';
import { storableJson } from './storable-json.js';
import { failureOf, isOf, storableCode, storableText, textOf } from './storable-failure.js';
import { BpmnError, JobAborted, NonRetryableError } from './worker-errors.js';

/** How the work of a job ended. */
export type JobOutcome =
  { readonly kind: 'completed'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown };

/** How much of a reason is told beside another text, in characters. */
const REASON_LENGTH = 500;
/** How much of a modelled error's own message is told where its variables were left out. */
const MESSAGE_LENGTH = 3_400;

/**
 * Tells the server how the work of a job ended, in a form that it takes, whatever the handler has returned or thrown. A result that
 * cannot be kept as it is, is a failure that a person must look at: the work was done, and doing it again would not make the result
 * another one.
 */
export class HandIn {
  /** @param lock bounds how long each call may be tried */
  constructor(
    private readonly client: RepriseClient,
    private readonly job: ActivatedJob,
    private readonly worker: string,
    private readonly lock: Pick<JobLock, 'leftMs' | 'stopSignal'>,
  ) {}

  /**
   * @returns what the server was told
   * @throws RepriseError where the job is not this worker's any more, or the server was not reached; JobAborted where the worker ended
   */
  async tell(outcome: JobOutcome): Promise<JobOutcome> {
    if (outcome.kind === 'completed') return this.complete(outcome.value);
    return isOf(BpmnError, outcome.error) ? this.throw(outcome.error) : this.fail(outcome.error);
  }

  private async complete(value: unknown): Promise<JobOutcome> {
    const result = storableJson(value, 'result');
    const tell = ({ json }: { json: PlainJson }): Promise<unknown> =>
      this.client.completeJob({ ...this.held, ...resultOf(json) }, this.options('complete'));
    const problem = 'problem' in result ? result.problem : await problemOf(() => tell(result));
    if (problem === null) return { kind: 'completed', value };
    return this.fail(new NonRetryableError(`The result was refused: ${problem}`, 'RESULT_NOT_STORABLE'));
  }

  /** The process must see the error that was meant or none. What cannot be kept of its variables is left out, and said. */
  private async throw(error: BpmnError): Promise<JobOutcome> {
    const variables = storableJson(error.variables, 'variables');
    const errorMessage = textOf(error);
    const errorCode = storableCode(error.code);
    if (errorCode === null) {
      const expected = 'Expected the code of a BpmnError to have 1 to 255 characters that can be stored';
      return this.fail(new NonRetryableError(`${expected}. Its message: ${errorMessage}`, 'BPMN_ERROR_NOT_STORABLE'));
    }
    const tell = ({ json }: { json: PlainJson }): Promise<unknown> => {
      const said = { ...this.held, errorCode, errorMessage: storableText(errorMessage) };
      return this.client.throwBpmnError(
        { ...said, ...(json !== null && { variables: json as JsonObject }) },
        this.options('throw'),
      );
    };
    const problem = 'problem' in variables ? variables.problem : await problemOf(() => tell(variables));
    if (problem === null) return { kind: 'failed', error };
    const shorter = `${errorMessage.slice(0, MESSAGE_LENGTH)} (Its variables were left out: ${problem.slice(0, REASON_LENGTH)})`;
    const bare = { ...this.held, errorCode, errorMessage: storableText(shorter) };
    await this.client.throwBpmnError(bare, this.options('throw-bare'));
    return { kind: 'failed', error };
  }

  private async fail(error: unknown): Promise<JobOutcome> {
    const failure = failureOf(error);
    const problem = await problemOf(() => this.client.failJob({ ...this.held, ...failure }, this.options('fail')));
    if (problem !== null) {
      const errorMessage = storableText(`What was thrown could not be told: ${problem}`, REASON_LENGTH);
      const nonRetryable = failure.nonRetryable === true;
      await this.client.failJob({ ...this.held, errorMessage, nonRetryable }, this.options('fail-bare'));
    }
    return { kind: 'failed', error };
  }

  private get held(): Pick<ActivatedJob, 'jobId' | 'token'> & { readonly worker: string } {
    const { jobId, token } = this.job;
    return { jobId, token, worker: this.worker };
  }

  private options(deed: string): CallOptions {
    const { jobId, token, tenantId } = this.job;
    const { leftMs, stopSignal } = this.lock;
    return { tenant: tenantId, idempotencyKey: idempotencyKey(jobId, token, deed), retryForMs: leftMs, signal: stopSignal };
  }
}

/**
 * Makes a call.
 * @returns why what it says cannot be taken: the server's word, or that of who makes JSON of it; null when it was taken
 * @throws RepriseError or JobAborted for anything else that has gone wrong
 */
async function problemOf(call: () => Promise<unknown>): Promise<string | null> {
  try {
    await call();
    return null;
  } catch (error) {
    if (error instanceof JobAborted) throw error;
    if (error instanceof RepriseError && error.httpStatus !== 400 && error.httpStatus !== 413) throw error;
    return textOf(error);
  }
}

/** An object is variables; any other value is what the task's result variable gets. */
function resultOf(value: PlainJson): { variables?: JsonObject; result?: unknown } {
  if (value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? { variables: value as JsonObject } : { result: value };
}
