import { Injectable } from '@nestjs/common';
import { HintChannel, type NodeHint } from '../application/ports/node-hints.js';

/** Hints gather for this long, in ms: a thousand steps a second must not make a thousand notifications. */
const GATHER_MS = 10;
/** Others poll in this time anyway, in ms: a hint about what is due later tells them nothing. */
const SOON_MS = 1_000;
/** Instances in one notification, which has at most 8,000 bytes. */
const INSTANCES = 300;
/** Instances that wait to be told of while the channel is slow; more are found by polling. */
const WAITING = 3_000;

/** Gathers what other nodes should look at, and tells them at most a hundred times a second, one notification after the other. */
@Injectable()
export class NodeHints {
  private dueAt = Infinity;
  private readonly moved = new Set<number>();
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

  private schedule(): void {
    if (this.timer || this.sending) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.sending = this.sendAll().finally(() => (this.sending = null));
    }, GATHER_MS);
  }

  /** With what is gathered while it is sent. */
  private async sendAll(): Promise<void> {
    for (let hint = this.takeHint(); hint; hint = this.takeHint()) await this.channel.send(hint);
  }

  private takeHint(): NodeHint | null {
    if (this.dueAt === Infinity && this.moved.size === 0) return null;
    const due = this.dueAt === Infinity ? {} : { dueAt: this.dueAt };
    this.dueAt = Infinity;
    const movedInstances = [...this.moved].slice(0, INSTANCES);
    for (const id of movedInstances) this.moved.delete(id);
    return { ...due, movedInstances };
  }
}
