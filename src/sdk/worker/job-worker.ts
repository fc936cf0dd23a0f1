import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import type { ActivatedJob } from '../../contract/activated-job.js';
import type { RepriseClient } from '../client.js';
import type { JsonObject } from '../json.js';
import { pause } from '../retry-calls.js';
import { HandIn, type JobOutcome } from './hand-in.js';
import { JobLock } from './job-lock.js';
import { JobAborted } from './worker-errors.js';

/** A job in the hands of its handler. */
export interface Job<Variables extends JsonObject = JsonObject> extends Omit<ActivatedJob, 'variables'> {
  readonly variables: Variables;
  /** Aborts with a `JobAborted` when the work is of no use any more: what the handler still does counts for nothing. */
  readonly signal: AbortSignal;
  /** Says how far the work has come: the next attempt gets it as `heartbeatDetails`, should this one fail. Never rejects. */
  readonly heartbeat: (details: unknown) => Promise<void>;
}

/**
 * Does the work of a job. An object that it returns is written to the process as variables, any other value goes to the task's result
 * variable. What it throws fails the job: `BpmnError`, `NonRetryableError` and `RetryAfter` say how; an error's `code` goes along. A
 * result that JSON has no form for (NaN, a Map, a BigInt, an Error) or the server refuses fails it, too, as
 * `RESULT_NOT_STORABLE`, which a person must see.
 */
export type JobHandler<Variables extends JsonObject = JsonObject> = (job: Job<Variables>, signal: AbortSignal) => unknown;

/** What a worker is. */
export interface WorkerOptions<Variables extends JsonObject = JsonObject> {
  readonly client: RepriseClient;
  /** Task types that it does. */
  readonly type: string | readonly string[];
  readonly handler: JobHandler<Variables>;
  /** Jobs at a time; 10 without it. It asks for as many as it has hands free, up to 100 at once. */
  readonly concurrency?: number;
  /** As it calls itself in the state and the audit trail; host and process without it. */
  readonly name?: string;
  /** For how long a job is locked, in ms; 60,000 without it. A heartbeat at each third of it extends it. */
  readonly lockDurationMs?: number;
  /** How long it waits at the server for a job, in ms; 30,000 without it. */
  readonly pollMs?: number;
  /** Names of the variables that it wants; all without it. */
  readonly variables?: readonly string[];
  /** Tenants whose jobs it does; the client's own without it. */
  readonly tenants?: readonly string[];
}

/** What a worker tells of, for logs. */
export interface WorkerEvents {
  activated: [job: ActivatedJob];
  completed: [job: ActivatedJob];
  /** Handed in as failed, or as a modelled error; with what was thrown, or with why that or the result could not be told. */
  failed: [job: ActivatedJob, error: unknown];
  pauseRequested: [job: ActivatedJob];
  /** The work was given up, and nothing was handed in. */
  aborted: [job: ActivatedJob, reason: JobAborted];
  /**
   * The server did not take what was handed in: the job was somebody else's by then, or it was not reached, be it because the time of
   * `stop` was over (`JobAborted`).
   */
  refused: [job: ActivatedJob, error: unknown];
  /** A poll or a heartbeat did not get through; it is repeated. Or another listener has thrown this. */
  trouble: [error: unknown];
}

/** Jobs at a time where nothing else is said. */
export const CONCURRENCY = 10;
/** For how long a job is locked where nothing else is said, in ms. */
export const LOCK_MS = 60_000;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const MOST_JOBS = 100;

/** Takes jobs, as many as it has hands for, and does them. */
export class JobWorker<Variables extends JsonObject = JsonObject> extends EventEmitter<WorkerEvents> {
  readonly name: string;
  private readonly locks = new Map<JobLock, Promise<void>>();
  private readonly polling = new AbortController();
  /** Goes on with the loop that waits for a free hand. One at a time, not a race: a promise that stays keeps whoever waits for it. */
  private wake: (() => void) | null = null;
  private readonly loop: Promise<void>;

  constructor(private readonly options: WorkerOptions<Variables>) {
    super();
    this.name = options.name ?? `${hostname()}:${process.pid}`;
    this.loop = Promise.resolve().then(() => this.run());
  }

  /** Jobs in its hands now. */
  get size(): number {
    return this.locks.size;
  }

  /**
   * Takes no more jobs, and lets those in hand end. After `graceMs` (10,000 without it) their signals abort, nothing of them is handed in
   * and what is being handed in is not tried any more: the server gives them to another worker when their locks have run out.
   */
  async stop({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.polling.abort();
    this.wake?.();
    await this.loop;
    const late = new AbortController();
    const grace = pause(graceMs, late.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.locks.values()), grace]);
    late.abort();
    for (const lock of this.locks.keys()) lock.abort('stopped');
  }

  private get isStopping(): boolean {
    return this.polling.signal.aborted;
  }

  private async run(): Promise<void> {
    const { concurrency = CONCURRENCY } = this.options;
    for (let failures = 0; !this.isStopping;) {
      if (this.locks.size >= concurrency) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      try {
        const jobs = await this.ask(Math.min(MOST_JOBS, concurrency - this.locks.size));
        failures = 0;
        const handedAt = performance.now();
        for (const job of jobs) this.begin(job, handedAt);
      } catch (error) {
        if (this.isStopping) return;
        this.tell('trouble', error);
        const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures++, 10));
        await pause(bound / 2 + (Math.random() * bound) / 2, this.polling.signal).catch(() => undefined);
      }
    }
  }

  private get lockMs(): number {
    return this.options.lockDurationMs ?? LOCK_MS;
  }

  private async ask(maxJobs: number): Promise<readonly ActivatedJob[]> {
    const { client, type, variables, tenants, pollMs = 30_000 } = this.options;
    const wish = {
      types: type,
      maxJobs,
      worker: this.name,
      lockDurationMs: this.lockMs,
      waitMs: pollMs,
      ...(variables && { variables }),
      ...(tenants && { tenants }),
    };
    return (await client.activateJobs(wish, { retryForMs: 0, signal: this.polling.signal })).jobs;
  }

  private begin(job: ActivatedJob, handedAt: number): void {
    const listener = {
      pauseRequested: () => this.tell('pauseRequested', job),
      heartbeatFailed: (error: unknown) => this.tell('trouble', error),
    };
    const lock = new JobLock(this.options.client, job, this.name, this.lockMs, listener, handedAt);
    this.locks.set(
      lock,
      this.perform(job, lock).finally(() => {
        lock.release();
        this.locks.delete(lock);
        this.wake?.();
      }),
    );
  }

  /** Ends when the handler has ended, be it that its work is of no use any more: until then its hand is not free. Never rejects. */
  private async perform(job: ActivatedJob, lock: JobLock): Promise<void> {
    this.tell('activated', job);
    const work = this.work(job, lock);
    const abort = new Promise<null>((resolve) => lock.signal.addEventListener('abort', () => resolve(null), { once: true }));
    const outcome = await Promise.race([work, abort]);
    if (outcome === null || lock.isLost) {
      const reason: unknown = lock.signal.reason;
      this.tell('aborted', job, reason instanceof JobAborted ? reason : new JobAborted('lock-lost'));
      await work;
      return;
    }
    let told: JobOutcome;
    try {
      told = await new HandIn(this.options.client, job, this.name, lock).tell(outcome);
    } catch (error) {
      this.tell('refused', job, error);
      return;
    }
    if (told.kind === 'completed') this.tell('completed', job);
    else this.tell('failed', job, told.error);
  }

  /** Emits; what a listener throws is no matter of the work. Never throws. */
  private tell<Event extends keyof WorkerEvents>(event: Event, ...said: WorkerEvents[Event]): void {
    try {
      (this as EventEmitter).emit(event, ...said);
    } catch (error) {
      if (event !== 'trouble' && this.listenerCount('trouble') > 0) this.tell('trouble', error);
      else
        queueMicrotask(() => {
          throw error;
        });
    }
  }

  private async work(job: ActivatedJob, { signal, heartbeat }: JobLock): Promise<JobOutcome> {
    const held = Object.assign({}, job, { signal, heartbeat }) as Job<Variables>;
    try {
      return { kind: 'completed', value: await this.options.handler(held, signal) };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }
}
