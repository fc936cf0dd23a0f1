import { Injectable } from '@nestjs/common';
import { NodeIdentity } from '../../application/ports/clock.js';
import { NodeRegistry } from '../../application/ports/stores.js';
import { RunnerLifecycle } from '../../runner/runner-lifecycle.js';

/** A database that takes longer is as good as away, in ms. */
const PATIENCE_MS = 2_000;

/** Whether this process can do its work now. */
@Injectable()
export class Health {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly node: NodeIdentity,
    private readonly runner: RunnerLifecycle,
  ) {}

  async check(): Promise<{ readonly ready: boolean; readonly database: 'up' | 'down'; readonly draining: boolean }> {
    const draining = this.runner.isDraining;
    const database = (await this.canWrite()) ? 'up' : 'down';
    return { ready: database === 'up' && !draining, database, draining };
  }

  /** By this process's own sign of life: it also proves that the database takes writes. */
  private async canWrite(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, false)));
    const beat = this.nodes.heartbeat(this.node.node).then(
      () => true,
      () => false,
    );
    return Promise.race([beat, late]).finally(() => clearTimeout(timer));
  }
}
