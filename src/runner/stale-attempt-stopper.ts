import { Injectable } from '@nestjs/common';
import { AttemptRunner } from '../application/ports/attempts.js';
import { InstanceStore, type InstanceHeader } from '../application/ports/instance-store.js';
import { EngineSession } from '../application/session/engine-session.js';
import { openElements } from '../engine/index.js';
import { AttemptPool } from './attempt-pool.js';

/** Between looks, in ms; attempts that are shorter end by themselves before anybody could tell them. */
const LOOK_MS = 1_000;
/** Attempts looked at in one go. */
const BATCH = 1_000;

/**
 * Tells attempts of this process to stop whose instance another process has moved on: a cancel, a boundary event, a
 * take-over. What they would still hand in counts for nothing anyway; but the call they make may be expensive, and somebody
 * here may wait for its outcome.
 */
@Injectable()
export class StaleAttemptStopper {
  /** The version at which each instance with a long attempt was looked at last. */
  private seen = new Map<number, number>();
  private timer: NodeJS.Timeout | null = null;
  private turn: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(
    private readonly pool: AttemptPool,
    private readonly attempts: AttemptRunner,
    private readonly store: InstanceStore,
    private readonly session: EngineSession,
  ) {}

  start(): void {
    this.stopped = false;
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.turn;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.turn = this.look()
        .catch(() => undefined) // The database is away; the next look finds the same.
        .finally(() => this.schedule());
    }, LOOK_MS);
  }

  private async look(): Promise<void> {
    const headers = new Map<number, InstanceHeader>();
    for (const { header } of this.pool.runningLongerThan(LOOK_MS).slice(0, BATCH)) headers.set(header.id, header);
    const versions = headers.size === 0 ? new Map<number, number>() : await this.store.readVersions([...headers.keys()]);
    const moved = [...headers.values()].filter(({ id }) => this.seen.get(id) !== versions.get(id));
    this.seen = versions;
    for (const header of moved) await this.stopStale(header);
  }

  private async stopStale(header: InstanceHeader): Promise<void> {
    const instance = await this.session.read(header);
    const executing = instance ? openElements(instance.state).filter((element) => element.status === 'executing') : [];
    let anyStale = false;
    for (const { elementInstanceId, attempt } of this.pool
      .runningLongerThan(LOOK_MS)
      .filter((each) => each.header.id === header.id)) {
      if (executing.some((element) => element.id === elementInstanceId && element.attempt === attempt)) continue;
      this.attempts.abort(header.id, elementInstanceId);
      anyStale = true;
    }
    if (instance && anyStale) this.session.watch.notify(instance, []);
  }
}
