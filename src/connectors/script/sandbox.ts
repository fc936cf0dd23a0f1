import { Worker } from 'node:worker_threads';
import type { JsonObject, JsonValue } from '../../engine/index.js';

/** Limits of one run. */
export interface SandboxLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

/** What a script did. `log` is what it wrote with `console.log`, as far as that is known. */
export type SandboxOutcome = { readonly log: readonly string[] } & (
  | { readonly ok: true; readonly result: JsonValue; readonly written: JsonObject }
  | { readonly ok: false; readonly kind: 'error' | 'syntax' | 'timeout' | 'memory' | 'lost'; readonly message: string }
  | { readonly ok: false; readonly kind: 'bpmn-error'; readonly code: string; readonly message: string }
);

interface Run {
  readonly source: string;
  readonly form: 'body' | 'expression';
  readonly variables: string;
  readonly limits: SandboxLimits;
  readonly resolve: (outcome: SandboxOutcome) => void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  run: Run | null;
  watchdog: NodeJS.Timeout | null;
}

/** After its own deadline a thread has this long to answer before it is ended, in ms: a regular expression may not hear of it. */
const WATCHDOG_MS = 2_000;
/** A thread that is not up after this long is given up, in ms. */
const START_MS = 60_000;
/** Runs that may wait for a thread. */
const QUEUE = 10_000;
/** Longest result with the variables written, in characters of JSON: what an instance may hold in all (CONTRACT section 8). */
const RESULT_CHARS = 4 * 1024 * 1024;

/** Runs scripts in threads of their own, each run in a fresh QuickJS context (DESIGN section 3). */
export class Sandbox {
  private readonly threads: Thread[] = [];
  private readonly waiting: Run[] = [];
  private closed = false;

  /** @param size threads at most */
  constructor(private readonly size: number) {}

  /** @param form `expression`: `source` is one expression; `body`: statements that may `return` */
  run(source: string, form: 'body' | 'expression', variables: JsonObject, limits: SandboxLimits): Promise<SandboxOutcome> {
    if (this.closed) return Promise.resolve(lost('The sandbox is closed'));
    if (this.waiting.length >= QUEUE) return Promise.resolve(lost('Too many scripts wait for a sandbox; try again later'));
    return new Promise((resolve) => {
      this.waiting.push({ source, form, variables: JSON.stringify(variables), limits, resolve });
      this.next();
    });
  }

  /** Ends all threads; what runs or waits has failed. */
  async close(): Promise<void> {
    this.closed = true;
    for (const run of this.waiting.splice(0)) run.resolve(lost('The sandbox is closed'));
    await Promise.all(this.threads.map((thread) => thread.worker.terminate()));
  }

  private next(): void {
    if (this.waiting.length === 0 || this.closed) return;
    const free =
      this.threads.find((thread) => thread.run === null) ?? (this.threads.length < this.size ? this.open() : undefined);
    const run = free && this.waiting.shift();
    if (!free || !run) return;
    free.run = run;
    if (free.ready) this.watch(free, run);
    const { source, form, variables, limits } = run;
    free.worker.postMessage({ source, form, variables, ...limits, resultChars: RESULT_CHARS });
  }

  private open(): Thread {
    const worker = new Worker(new URL('./sandbox-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 64 },
      env: {},
    });
    worker.unref();
    const watchdog = setTimeout(() => void worker.terminate(), START_MS).unref();
    const thread: Thread = { worker, ready: false, run: null, watchdog };
    this.threads.push(thread);
    worker.on('message', (message: WorkerMessage) => {
      if ('ready' in message) this.greet(thread);
      else if (message.broken) this.lose(thread, read(message));
      else this.settle(thread, read(message));
    });
    worker.on('error', (error) => this.lose(thread, lost(`The script's sandbox ended: ${error.message}`)));
    worker.on('exit', () => this.lose(thread, lost("The script's sandbox ended")));
    return thread;
  }

  /** The thread is up: from now on its run's time counts. */
  private greet(thread: Thread): void {
    thread.ready = true;
    if (thread.watchdog) clearTimeout(thread.watchdog);
    if (thread.run) this.watch(thread, thread.run);
  }

  private watch(thread: Thread, { limits }: Run): void {
    thread.watchdog = setTimeout(() => {
      this.lose(thread, { ok: false, kind: 'timeout', message: `Script timeout after ${limits.timeoutMs} ms`, log: [] });
      void thread.worker.terminate();
    }, limits.timeoutMs + WATCHDOG_MS);
  }

  private settle(thread: Thread, outcome: SandboxOutcome): void {
    const { run } = thread;
    if (thread.watchdog) clearTimeout(thread.watchdog);
    thread.run = null;
    run?.resolve(outcome);
    this.next();
  }

  private lose(thread: Thread, outcome: SandboxOutcome): void {
    const at = this.threads.indexOf(thread);
    if (at >= 0) this.threads.splice(at, 1);
    this.settle(thread, outcome);
  }
}

type Failed = Exclude<SandboxOutcome, { ok: true }>;
/** `broken`: the thread ends after this one. */
type WorkerMessage =
  | { readonly ready: true }
  | { readonly broken?: true; readonly ok: true; readonly value: string; readonly log: readonly string[] }
  | (Omit<Failed, 'log'> & { readonly broken?: true; readonly ok: false; readonly log?: readonly string[] });

function read(message: Exclude<WorkerMessage, { ready: true }>): SandboxOutcome {
  if (!message.ok) return { ...(message as Failed), log: message.log ?? [] };
  const { result, written } = JSON.parse(message.value) as { result: JsonValue; written: JsonObject };
  return { ok: true, result, written, log: message.log };
}

function lost(message: string): SandboxOutcome {
  return { ok: false, kind: 'lost', message, log: [] };
}
