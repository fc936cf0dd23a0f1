import { Injectable } from '@nestjs/common';
import type { JobKind } from '../application/ports/jobs.js';
import { HintChannel, type NodeHint } from '../application/ports/node-hints.js';

/** Between notifications, in ms: a thousand steps a second must not make a thousand of them. The first goes at once. */
const GATHER_MS = 10;
/** Others poll in this time anyway, in ms: a hint about what is due later tells them nothing. */
const SOON_MS = 1_000;
/** Instances in one notification, which has at most 8,000 bytes. */
const INSTANCES = 300;
/** Instances that wait to be told of while the channel is slow; more are found by polling. */
const WAITING = 3_000;
/** Of a notification, for kinds of jobs, in bytes; a kind that takes more is found by polling. */
const JOB_BYTES = 2_000;
/** Kinds of jobs that wait to be told of; more are found by polling. */
const KINDS = 300;

/** Gathers what other nodes should look at, and tells them at most a hundred times a second, one notification after the other. */
@Injectable()
export class NodeHints {
  private dueAt = Infinity;
  private readonly moved = new Set<number>();
  /** By their JSON text. */
  private readonly jobs = new Map<string, JobKind>();
  private circuits = false;
  private batches = false;
  private sentAt = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<void> | null = null;

  constructor(private readonly channel: HintChannel) {}

  start(onHint: (hint: NodeHint) => void): void {
    this.channel.open(onHint);
  }

  /** What is gathered is sent first, as long as the channel takes it. */
  async stop(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.sending;
    await this.sendAll();
    await this.channel.close();
  }

  /** @param dueAt epoch ms, as `now` */
  timerAt(dueAt: number, now: number): void {
    if (dueAt - now > SOON_MS) return;
    this.dueAt = Math.min(this.dueAt, dueAt);
    this.schedule();
  }

  instanceMoved(instanceId: number): void {
    if (this.moved.size < WAITING) this.moved.add(instanceId);
    this.schedule();
  }

  circuitChanged(): void {
    this.circuits = true;
    this.schedule();
  }

  batchChanged(): void {
    this.batches = true;
    this.schedule();
  }

  jobOpened({ tenantId, jobType }: JobKind): void {
    const kind = { tenantId, jobType };
    const text = JSON.stringify(kind);
    if (this.jobs.size < KINDS && Buffer.byteLength(text) < JOB_BYTES) this.jobs.set(text, kind);
    this.schedule();
  }

  private schedule(): void {
    if (this.timer || this.sending) return;
    const delayMs = Math.max(0, this.sentAt + GATHER_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.sentAt = performance.now();
      this.sending = this.sendAll().finally(() => {
        this.sending = null;
        if (this.hasNews()) this.schedule();
      });
    }, delayMs);
  }

  /** All that is gathered by now, in as many pieces as it takes. */
  private async sendAll(): Promise<void> {
    const hints: NodeHint[] = [];
    while (this.hasNews()) hints.push(this.takeHint());
    for (const hint of hints) await this.channel.send(hint);
  }

  private hasNews(): boolean {
    return this.dueAt < Infinity || this.moved.size > 0 || this.jobs.size > 0 || this.circuits || this.batches;
  }

  private takeHint(): NodeHint {
    const due = this.dueAt === Infinity ? {} : { dueAt: this.dueAt };
    this.dueAt = Infinity;
    const movedInstances = [...this.moved].slice(0, INSTANCES);
    for (const id of movedInstances) this.moved.delete(id);
    const openJobs = this.takeKinds();
    const circuits = this.circuits ? ({ circuits: true } as const) : {};
    this.circuits = false;
    const batches = this.batches ? ({ batches: true } as const) : {};
    this.batches = false;
    return { ...due, movedInstances, ...circuits, ...batches, ...(openJobs.length > 0 && { openJobs }) };
  }

  private takeKinds(): JobKind[] {
    const kinds: JobKind[] = [];
    let bytes = 0;
    for (const [text, kind] of this.jobs) {
      bytes += Buffer.byteLength(text) + 1;
      if (bytes > JOB_BYTES) break;
      this.jobs.delete(text);
      kinds.push(kind);
    }
    return kinds;
  }
}
