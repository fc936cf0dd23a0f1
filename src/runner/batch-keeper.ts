import { Injectable, Logger } from '@nestjs/common';
import type { BatchRun } from '../application/batches/batch-run.js';
import { BatchRuns } from '../application/batches/batch-runs.js';
import { BatchStore } from '../application/ports/batches.js';
import { NodeIdentity } from '../application/ports/clock.js';
import { StorageUnavailable } from '../application/ports/instance-store.js';
import { RepeatedLook } from './repeated-look.js';

/** Between looks for batches, in ms. */
const LOOK_MS = 1_000;
/** A node that is not heard of for so long loses its batches to others, in ms. */
const LEASE_MS = 5_000;
/** Batches that this node runs at once; others wait, or go to other nodes. */
const AT_ONCE = 8;

/** Runs batches: each on one node at a time, and on another where that one dies. */
@Injectable()
export class BatchKeeper {
  private readonly logger = new Logger('Batches');
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);
  private readonly runs = new Map<number, BatchRun>();
  private draining = false;

  constructor(
    private readonly store: BatchStore,
    private readonly batches: BatchRuns,
    private readonly node: NodeIdentity,
  ) {}

  start(): void {
    this.looks.start();
  }

  /** Something has changed: look at once. Nothing where this process runs no batches. */
  wake(): void {
    this.looks.also(() => this.look());
  }

  /** Nothing more begins here; what is still executed is left for another run to find. */
  async stop(): Promise<void> {
    this.draining = true;
    for (const run of this.runs.values()) run.observe(null);
    await this.looks.stop();
    for (const id of this.runs.keys()) await this.store.release(this.node.node, id).catch(() => undefined);
  }

  private async look(): Promise<void> {
    if (this.draining) return;
    const claimed = await this.store.claim(this.node.node, LEASE_MS, AT_ONCE);
    const mine = new Map(claimed.map((batch) => [batch.id, batch]));
    for (const [id, run] of this.runs) run.observe(mine.get(id)?.status ?? null);
    for (const batch of claimed) {
      if (this.runs.has(batch.id)) continue;
      const run = this.batches.of(batch);
      if (!run) continue;
      this.runs.set(batch.id, run);
      void this.follow(batch.id, run);
    }
  }

  /** Never rejects: what this run leaves behind, the next one finds. */
  private async follow(id: number, run: BatchRun): Promise<void> {
    try {
      await run.run();
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) this.logger.error({ batchId: id, error: String(error) }, 'A batch was cut off');
    } finally {
      this.runs.delete(id);
    }
  }
}
