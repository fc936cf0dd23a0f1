import { Injectable } from '@nestjs/common';
import { AttemptRunner } from '../application/ports/attempts.js';
import { InstanceStore, type InstanceHeader } from '../application/ports/instance-store.js';
import { EngineSession } from '../application/session/engine-session.js';
import { openElements } from '../engine/index.js';
import { AttemptPool } from './attempt-pool.js';
import { RepeatedLook } from './repeated-look.js';

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
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);

  constructor(
    private readonly pool: AttemptPool,
    private readonly attempts: AttemptRunner,
    private readonly store: InstanceStore,
    private readonly session: EngineSession,
  ) {}

  start(): void {
    this.looks.start();
  }

  stop(): Promise<void> {
    return this.looks.stop();
  }

  /** Another node says that it has moved these instances on. */
  lookAt(instanceIds: ReadonlySet<number>): void {
    const headers = this.pool.runningLongerThan(0).flatMap(({ header }) => (instanceIds.has(header.id) ? [header] : []));
    if (headers.length > 0) this.looks.also(() => this.stopAllStale(headers));
  }

  private async look(): Promise<void> {
    const headers = new Map<number, InstanceHeader>();
    for (const { header } of this.pool.runningLongerThan(LOOK_MS).slice(0, BATCH)) headers.set(header.id, header);
    const versions = headers.size === 0 ? new Map<number, number>() : await this.store.readVersions([...headers.keys()]);
    const moved = [...headers.values()].filter(({ id }) => this.seen.get(id) !== versions.get(id));
    this.seen = versions;
    await this.stopAllStale(moved);
  }

  private async stopAllStale(headers: readonly InstanceHeader[]): Promise<void> {
    for (const header of new Map(headers.map((each) => [each.id, each])).values()) await this.stopStale(header);
  }

  private async stopStale(header: InstanceHeader): Promise<void> {
    const before = this.pool.runningLongerThan(0).filter((each) => each.header.id === header.id);
    const instance = await this.session.read(header);
    const executing = instance ? openElements(instance.state).filter((element) => element.status === 'executing') : [];
    let anyStale = false;
    for (const { elementInstanceId, attempt } of before) {
      if (executing.some((element) => element.id === elementInstanceId && element.attempt === attempt)) continue;
      this.attempts.abort(header.id, elementInstanceId);
      anyStale = true;
    }
    if (instance && anyStale) this.session.watch.notify(instance, []);
  }
}
