// Charges cards for examples/card-payment.bpmn, from a process of its own: `node examples/worker.mjs` beside `npm start`.
// REPRISE_URL and REPRISE_TOKEN name the server; a token with the role `worker` is enough. Ctrl-C ends it in order.
import { createClient } from 'reprise/client';
import { BpmnError, createWorker, NonRetryableError, RetryAfter } from 'reprise/worker';

const client = createClient({
  baseUrl: process.env.REPRISE_URL ?? 'http://127.0.0.1:3000',
  token: process.env.REPRISE_TOKEN ?? '',
});

const worker = createWorker({
  client,
  type: 'charge-card',
  concurrency: 5,
  lockDurationMs: 30_000,
  variables: ['card', 'amount'],

  async handler({ variables, idempotencyKey, heartbeatDetails, heartbeat }, signal) {
    const { card, amount } = variables;
    if (typeof amount !== 'number') throw new NonRetryableError('Expected amount to be a number', 'INVALID_AMOUNT');
    if (card === 'declined') throw new BpmnError('CARD_DECLINED', `The bank declined ${amount}`);
    if (card === 'busy' && heartbeatDetails === null) {
      await heartbeat({ bank: 'was busy' }); // The next attempt reads it.
      throw new RetryAfter(200, 'The bank is busy');
    }
    // Give the key to the bank, so that a second attempt does not charge twice, and the signal to whatever can be stopped.
    signal.throwIfAborted();
    return { receipt: `charged ${amount} under ${idempotencyKey}` };
  },
});

worker.on('completed', ({ jobId }) => console.log(`${jobId} completed`));
worker.on('failed', ({ jobId }, error) => console.log(`${jobId} failed: ${error}`));
worker.on('aborted', ({ jobId }, { reason }) => console.log(`${jobId} given up: ${reason}`));
worker.on('refused', ({ jobId }, error) => console.log(`${jobId} was not this worker's any more: ${error}`));
worker.on('trouble', (error) => console.log(`the server could not be asked, trying again: ${error}`));

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => worker.stop({ graceMs: 10_000 }).then(() => process.exit(0)));
