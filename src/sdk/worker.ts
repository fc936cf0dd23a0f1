import type { JsonObject } from './json.js';
import { CONCURRENCY, JobWorker, LOCK_MS, type WorkerOptions } from './worker/job-worker.js';

export type { ActivatedJob } from '../contract/activated-job.js';
export type { Job, JobHandler, JobWorker, WorkerEvents, WorkerOptions } from './worker/job-worker.js';
export { BpmnError, JobAborted, NonRetryableError, RetryAfter } from './worker/worker-errors.js';

/** A worker, which begins at once and works until it is stopped. @throws RangeError for options that cannot be meant */
export function createWorker<Variables extends JsonObject = JsonObject>(options: WorkerOptions<Variables>): JobWorker<Variables> {
  const { concurrency = CONCURRENCY, lockDurationMs = LOCK_MS, type } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError(`Expected concurrency to be a whole number from 1, but it is ${concurrency}`);
  if (!(lockDurationMs >= 1_000 && lockDurationMs <= 86_400_000))
    throw new RangeError(`Expected lockDurationMs to be from 1,000 to 86,400,000, but it is ${lockDurationMs}`);
  if (type.length === 0) throw new RangeError('Expected type to name at least one task type, but it is empty');
  return new JobWorker(options);
}
