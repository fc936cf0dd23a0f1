import { Injectable } from '@nestjs/common';
import { NodeIdentity } from '../application/ports/clock.js';
import { NodeRegistry } from '../application/ports/stores.js';

/** Between heartbeats, in ms: five of them must fail before the node counts as dead. */
const BEAT_MS = 1_000;

/** This process among the others: its number, and its sign of life. */
@Injectable()
export class Heartbeat extends NodeIdentity {
  node = 0;
  private timer: NodeJS.Timeout | null = null;
  private beating: Promise<void> = Promise.resolve();

  constructor(private readonly nodes: NodeRegistry) {
    super();
  }

  async start(): Promise<void> {
    this.node = (await this.nodes.register()).node;
    this.timer = setInterval(() => {
      this.beating = this.beat().catch(() => undefined); // The database is away, and so is everybody's clock.
    }, BEAT_MS);
  }

  /** Gives up the number. Call when no attempt runs any more. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.beating;
    await this.nodes.unregister(this.node).catch(() => undefined);
  }

  /** Declared dead while it was frozen: what it ran is others' now, and it goes on under a new number. */
  private async beat(): Promise<void> {
    if (!(await this.nodes.heartbeat(this.node))) this.node = (await this.nodes.register()).node;
  }
}
