import type { Command } from 'commander';
import { createWorker, type Job } from '../../sdk/worker.js';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';
import { durationMs } from '../input/durations.js';
import { count, listed } from '../input/numbers.js';
import { runForJob } from '../run-for-job.js';

interface WorkerOptions {
  readonly exec: string;
  readonly concurrency?: number;
  readonly lock?: number;
  readonly grace?: number;
  readonly name?: string;
  readonly variables?: readonly string[];
}

/** How long the SDK's calls are repeated: a worker outlives a restart of the server. In ms. */
const PATIENCE_MS = 60_000;

/** `reprise worker`: does jobs by a shell command. Ends by a signal only. */
export function worker(program: Command): void {
  program
    .command('worker')
    .description('do the jobs of task types by a shell command')
    .argument('<type...>', 'task types')
    .requiredOption(
      '--exec <command>',
      'run by a shell for each job: the variables as JSON on its standard input, the result as JSON on its standard output',
    )
    .option('--concurrency <jobs>', 'jobs at a time', count, 4)
    .option('--lock <duration>', 'for how long a job is locked; heartbeats extend it', durationMs)
    .option('--grace <duration>', 'how long jobs in hand may take after a signal', durationMs, 10_000)
    .option('--name <name>', 'as it calls itself in the state and the audit trail')
    .option('--variables <names>', 'only these variables, with commas', listed)
    .addHelpText(
      'after',
      `
An exit code other than 0 fails the job, with the last line of the standard error as its message. The job is told to the command by
REPRISE_JOB_ID, REPRISE_INSTANCE, REPRISE_TASK, REPRISE_ATTEMPT and REPRISE_IDEMPOTENCY_KEY. SIGINT or SIGTERM: no further jobs, and
those in hand may end.`,
    )
    .action(
      action<[types: string[]], WorkerOptions>(async (session, [types], options) => {
        const { exec, concurrency, lock, grace, name, variables } = options;
        const running = createWorker({
          client: await session.patientClient(PATIENCE_MS),
          type: types,
          handler: (job: Job) => runForJob(exec, job),
          ...(concurrency !== undefined && { concurrency }),
          ...(lock !== undefined && { lockDurationMs: lock }),
          ...(name !== undefined && { name }),
          ...(variables && { variables }),
        });
        const log = (text: string): void => {
          if (!session.output.isQuiet) process.stderr.write(`${text}\n`);
        };
        running.on('activated', ({ jobId, taskId, attempt }) => log(`${jobId} ${taskId}: attempt ${attempt} begins`));
        running.on('completed', ({ jobId, taskId }) => log(`${jobId} ${taskId}: completed`));
        running.on('failed', ({ jobId, taskId }, error) => log(`${jobId} ${taskId}: failed: ${messageOf(error)}`));
        running.on('aborted', ({ jobId, taskId }, error) => log(`${jobId} ${taskId}: given up: ${error.reason}`));
        running.on('refused', ({ jobId, taskId }, error) => log(`${jobId} ${taskId}: not handed in: ${messageOf(error)}`));
        running.on('trouble', (error) => log(`Trouble: ${messageOf(error)}`));
        log(`Waits for jobs of ${types.join(', ')} at ${await session.url()}. Ctrl-C ends it.`);
        await firstSignal();
        log(`Takes no more jobs; ${running.size} in hand may end.`);
        await running.stop(grace === undefined ? {} : { graceMs: grace });
        return EXIT.done;
      }),
    );
}

/** A second one ends the process as it does by default. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
