import { Injectable } from '@nestjs/common';
import { HintChannel, type NodeHint } from '../application/ports/node-hints.js';

/** Hints gather for this long, in ms: a thousand steps a second must not make a thousand notifications. */
const GATHER_MS = 10;
/** Others poll in this time anyway, in ms: a hint about what is due later tells them nothing. */
const SOON_MS = 1_000;
/** Instances in one notification, which has at most 8,000 bytes. */
const INSTANCES = 300;

/** Gathers what other nodes should look at, and tells them at most a hundred times a second. */
@Injectable()
export class NodeHints {
  private dueAt = Infinity;
  private readonly moved = new Set<number>();
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<unknown> = Promise.resolve();

  constructor(private readonly channel: HintChannel) {}

  start(onHint: (hint: NodeHint) => void): void {
    this.channel.open(onHint);
  }

  /** What is gathered is sent first. */
  async stop(): Promise<void> {
    if (this.timer) this.send();
    await this.sending;
    await this.channel.close();
  }

  /** @param dueAt epoch ms, as `now` */
  timerAt(dueAt: number, now: number): void {
    if (dueAt - now > SOON_MS) return;
    this.dueAt = Math.min(this.dueAt, dueAt);
    this.schedule();
  }

  instanceMoved(instanceId: number): void {
    this.moved.add(instanceId);
    this.schedule();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.send(), GATHER_MS);
  }

  private send(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const due = this.dueAt === Infinity ? {} : { dueAt: this.dueAt };
    const moved = [...this.moved];
    this.dueAt = Infinity;
    this.moved.clear();
    const hints: NodeHint[] = [{ ...due, movedInstances: moved.splice(0, INSTANCES) }];
    while (moved.length > 0) hints.push({ movedInstances: moved.splice(0, INSTANCES) });
    this.sending = Promise.all([this.sending, ...hints.map((hint) => this.channel.send(hint))]);
  }
}
