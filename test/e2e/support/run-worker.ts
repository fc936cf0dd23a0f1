import { createClient } from '../../../src/sdk/client.js';
import { createWorker, JobAborted, type ActivatedJob } from '../../../src/sdk/worker.js';

/** A worker of the SDK in a process of its own, to be killed and frozen. Writes each of its events as a line of JSON. */
interface Options {
  readonly url: string;
  readonly token: string;
  readonly type: string;
  readonly name: string;
  readonly lockDurationMs: number;
  readonly workMs: number;
  readonly clockOffMs: number;
}

const options = JSON.parse(process.env['WORKER'] ?? '{}') as Options;
const now = Date.now.bind(Date);
Date.now = () => now() + options.clockOffMs;

const worker = createWorker({
  client: createClient({ baseUrl: options.url, token: options.token }),
  type: options.type,
  name: options.name,
  lockDurationMs: options.lockDurationMs,
  pollMs: 5_000,
  handler: async () => {
    await new Promise((resolve) => setTimeout(resolve, options.workMs));
    return { by: options.name };
  },
});

const say = (event: string, { token, instanceGuid }: ActivatedJob, detail?: unknown): void => {
  const reason = detail instanceof JobAborted ? detail.reason : undefined;
  process.stdout.write(`${JSON.stringify({ event, token, instanceGuid, reason })}\n`);
};
worker.on('activated', (job) => say('activated', job));
worker.on('completed', (job) => say('completed', job));
worker.on('failed', (job) => say('failed', job));
worker.on('refused', (job) => say('refused', job));
worker.on('aborted', (job, reason) => say('aborted', job, reason));
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
