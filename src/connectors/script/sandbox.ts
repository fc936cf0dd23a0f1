import { Worker } from 'node:worker_threads';
import type { JsonObject, JsonValue } from '../../engine/index.js';

/** Limits of one run. */
export interface SandboxLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

/** What a script did. */
export type SandboxOutcome =
  | { readonly ok: true; readonly result: JsonValue; readonly written: JsonObject; readonly log: readonly string[] }
  | { readonly ok: false; readonly kind: 'error' | 'syntax' | 'timeout' | 'memory' | 'lost'; readonly message: string }
  | { readonly ok: false; readonly kind: 'bpmn-error'; readonly code: string; readonly message: string };

interface Run {
  readonly source: string;
  readonly form: 'body' | 'expression';
  readonly variables: string;
  readonly limits: SandboxLimits;
  readonly resolve: (outcome: SandboxOutcome) => void;
}

interface Thread {
  readonly worker: Worker;
  run: Run | null;
  watchdog: NodeJS.Timeout | null;
}

/** After its own deadline a thread has this long to answer before it is ended, in ms. */
const WATCHDOG_MS = 2_000;
/** Runs that may wait for a thread. */
const QUEUE = 10_000;

/** Runs scripts in threads of their own, each run in a fresh QuickJS context (DESIGN section 3). */
export class Sandbox {
  private readonly threads: Thread[] = [];
  private readonly waiting: Run[] = [];
  private closed = false;

  constructor(private readonly size: number) {}

  /** @param form `expression`: `source` is one expression; `body`: statements that may `return` */
  run(source: string, form: 'body' | 'expression', variables: JsonObject, limits: SandboxLimits): Promise<SandboxOutcome> {
    if (this.waiting.length >= QUEUE) return Promise.resolve({ ok: false, kind: 'lost', message: 'Too many scripts wait for a sandbox; try again later' });
    return new Promise((resolve) => {
      this.waiting.push({ source, form, variables: JSON.stringify(variables), limits, resolve });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.threads.map((thread) => thread.worker.terminate()));
  }

  private next(): void {
    if (this.waiting.length === 0 || this.closed) return;
    const free = this.threads.find((thread) => thread.run === null) ?? (this.threads.length < this.size ? this.open() : undefined);
    const run = free && this.waiting.shift();
    if (!free || !run) return;
    free.run = run;
    const { source, form, variables, limits } = run;
    free.watchdog = setTimeout(() => void free.worker.terminate(), limits.timeoutMs + WATCHDOG_MS);
    free.worker.postMessage({ id: 0, source, form, variables, ...limits });
  }

  private open(): Thread {
    const worker = new Worker(new URL('./sandbox-worker.js', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 64 }, env: {} });
    worker.unref();
    const thread: Thread = { worker, run: null, watchdog: null };
    this.threads.push(thread);
    worker.on('message', (message: { ready?: true; ok: boolean; value: string }) => {
      if (!message.ready) this.settle(thread, read(message));
    });
    worker.on('error', (error) => this.lose(thread, error.message));
    worker.on('exit', () => this.lose(thread, 'the sandbox was ended'));
    return thread;
  }

  private settle(thread: Thread, outcome: SandboxOutcome): void {
    const { run } = thread;
    if (thread.watchdog) clearTimeout(thread.watchdog);
    thread.run = null;
    run?.resolve(outcome);
    this.next();
  }

  private lose(thread: Thread, why: string): void {
    const at = this.threads.indexOf(thread);
    if (at >= 0) this.threads.splice(at, 1);
    this.settle(thread, { ok: false, kind: 'lost', message: `The script's sandbox ended: ${why}` });
  }
}

function read(message: { ok: boolean; value: string }): SandboxOutcome {
  if (!message.ok) return message as unknown as SandboxOutcome;
  const { result, written, log } = JSON.parse(message.value) as { result: JsonValue; written: JsonObject; log: string[] };
  return { ok: true, result, written, log };
}
