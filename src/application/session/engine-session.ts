import { Injectable, Logger } from '@nestjs/common';
import type { Accepted, Command, Effect, Rejected, StartProcessInstance, StepContext } from '../../engine/index.js';
import { step } from '../../engine/index.js';
import { DefinitionCache } from '../definition-cache.js';
import { AttemptRunner, Wakeups } from '../ports/attempts.js';
import { Clock, NodeIdentity } from '../ports/clock.js';
import {
  InstanceStore,
  StepConflict,
  StorageUnavailable,
  type InstanceHeader,
  type InstanceKey,
} from '../ports/instance-store.js';
import { AuditStore } from '../ports/stores.js';
import { Telemetry } from '../ports/telemetry.js';
import { CommandQueue } from './command-queue.js';
import { FreshTraffic } from './fresh-traffic.js';
import { handOutEffects } from './hand-out-effects.js';
import { InstanceCache, keyOf } from './instance-cache.js';
import { InstanceLoader } from './instance-loader.js';
import { InstanceWatch } from './instance-watch.js';
import { extendTrail, type LiveInstance } from './live-instance.js';
import { refusedEntry, type ApplyOptions } from './origin.js';
import { CONFLICTS_TOGETHER, mayTryAgain, type QueuedCommand, type SessionResult } from './queued-command.js';
import { nextRunOf } from './next-run.js';
import { buildWrite } from './step-write.js';
import { begunBy, isAccepted, isRejected, type Preview, type Stepped } from './stepped.js';
import { limitVariables, type SizedStep } from './variable-limit.js';

/** Instances in one commit. More would only lengthen the wait of the first (reference: mean batch 29 under 64 callers). */
const BATCH = 50;
/** Commits under way at once (decision 0005). */
const LANES = 2;
/** Commands that a second commit begins for; fewer wait for the first one to end, and for others to come. */
const SECOND_LANE = 8;
/**
 * The only caller of the engine: load, step, save, perform. Commands of many instances that have gathered are committed
 * together, with no waiting: a lane that is free takes what is there (DESIGN section 6).
 */
@Injectable()
export class EngineSession {
  readonly watch = new InstanceWatch();
  readonly traffic = new FreshTraffic();
  private readonly logger = new Logger('Session');
  private readonly queue = new CommandQueue<QueuedCommand>();
  private readonly cache = new InstanceCache();
  private readonly loader: InstanceLoader;
  private lanes = 0;
  private scheduled = false;

  constructor(
    private readonly store: InstanceStore,
    private readonly audit: AuditStore,
    definitions: DefinitionCache,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
    private readonly attempts: AttemptRunner,
    private readonly wakeups: Wakeups,
    private readonly telemetry: Telemetry,
  ) {
    this.loader = new InstanceLoader(store, definitions, clock, this.cache);
  }

  /**
   * Applies a command to an instance. Resolves after the commit; the effects are under way by then.
   * @throws StorageUnavailable when the database is away: whether the command was done is then not known
   * @throws StepConflict when other nodes moved the instance again and again, or the message to consume has gone
   */
  apply(target: InstanceKey, command: Command, options: ApplyOptions = {}): Promise<SessionResult> {
    return this.enqueue(target, null, command, options);
  }

  /** The same for an instance known by its row id only (timers). */
  async applyById(id: number, command: Command, options: ApplyOptions = {}): Promise<SessionResult> {
    const known = this.cache.keyForId(id);
    const instance = known === undefined ? undefined : this.cache.get(known);
    if (instance) return this.apply(instance.header, command, options);
    const [stored] = await this.store.loadById([id]);
    return stored ? this.apply(stored.header, command, options) : { kind: 'not-found' };
  }

  /** Starts an instance. When one with this guid exists, it is left as it is and the result is a rejection. */
  start(header: InstanceHeader, command: StartProcessInstance, options: ApplyOptions): Promise<SessionResult> {
    return this.enqueue(header, header, command, options);
  }

  /** What a command would do, on what is stored now. Nothing is kept. */
  async preview(target: InstanceKey, command: Command): Promise<Preview | null> {
    const instance = await this.read(target);
    return instance && { instance, result: this.step(instance, command).result };
  }

  /** What a start would do. Nothing is kept, and whether there is such an instance is not asked. */
  async previewStart(header: InstanceHeader, command: StartProcessInstance): Promise<Preview> {
    const unborn = await this.loader.unborn(header, command);
    if (unborn instanceof Error) throw unborn;
    return { instance: unborn.before, result: this.step(unborn.before, command).result };
  }

  /** The instance as it is stored now. */
  async read(target: InstanceKey): Promise<LiveInstance | null> {
    const [stored] = await this.store.loadByGuid([target]);
    if (!stored) return null;
    const known = this.cache.get(keyOf(target));
    const live = await this.loader.revive(stored);
    return known && known.state.version === stored.state.version ? { ...live, trail: known.trail } : live;
  }

  private enqueue(
    target: InstanceKey,
    header: InstanceHeader | null,
    command: Command,
    options: ApplyOptions,
  ): Promise<SessionResult> {
    const { tenantId, guid } = target;
    if (options.origin && !options.batchItem) this.traffic.note();
    return new Promise((resolve, reject) => {
      const state = { reread: false, conflicts: 0, resolve, reject };
      this.queue.push({ key: keyOf(target), target: { tenantId, guid }, header, command, options, ...state });
      this.schedule();
    });
  }

  /** Lets all that this turn of the event loop brings gather first; a lone command loses nothing by it. */
  private schedule(): void {
    if (this.scheduled || this.lanes >= LANES) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    while (this.mayCommit()) {
      const batch = this.queue.takeBatch(BATCH);
      if (batch.length === 0) return;
      this.lanes++;
      void this.run(batch).finally(() => {
        this.lanes--;
        this.queue.release(batch);
        this.pump();
      });
    }
  }

  private mayCommit(): boolean {
    return this.lanes === 0 ? this.queue.size > 0 : this.lanes < LANES && this.queue.size >= SECOND_LANE;
  }

  /** Never rejects: each command is told its own end. */
  private async run(batch: readonly QueuedCommand[]): Promise<void> {
    try {
      const startedAt = performance.now();
      const stepped = await this.decide(batch);
      const accepted = stepped.filter((each) => isAccepted(each));
      const refused = stepped.filter((each) => isRejected(each));
      await Promise.all([this.commit(accepted), this.refuse(refused)]);
      this.telemetry.batch(batch.length, performance.now() - startedAt);
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  }

  /** Refusals are final only on what is stored: a remembered state may be behind another node's, which its version tells. */
  private async decide(batch: readonly QueuedCommand[]): Promise<Stepped[]> {
    const stepped = await this.stepAll(batch);
    const doubtful = stepped.filter((each) => isRejected(each) && !each.fresh);
    const outdated = await this.loader.findOutdated(doubtful.map(({ before }) => before));
    const stale = doubtful.filter(({ before }) => outdated.has(before));
    for (const { item } of stale) this.mistrust(item);
    const again = stale.length === 0 ? [] : await this.stepAll(stale.map(({ item }) => item));
    return [...stepped.filter((each) => !stale.includes(each)), ...again];
  }

  private async stepAll(batch: readonly QueuedCommand[]): Promise<Stepped[]> {
    const loaded = await this.loader.load(batch);
    const stepped: Stepped[] = [];
    for (const item of batch) {
      const found = loaded.get(item.key);
      if (!found) item.resolve({ kind: 'not-found' });
      else if (found instanceof Error) item.reject(found);
      else {
        try {
          const sized = this.step(found.before, item.command);
          stepped.push({ item, ...found, ...sized, next: nextRunOf(found.before, sized.result, this.contextOf, this.store) });
        } catch (error) {
          this.cache.drop(item.key);
          item.reject(error);
        }
      }
    }
    return stepped;
  }

  private readonly contextOf = ({ caller }: LiveInstance): StepContext => ({
    now: this.clock.now(),
    node: this.node.node,
    connectors: this.attempts.connectors,
    caller,
  });

  private step(instance: LiveInstance, command: Command): SizedStep {
    const { definition, state } = instance;
    const context = this.contextOf(instance);
    const before = command.type === 'start-process-instance' && state.version === 0 ? null : state;
    const result = step(definition, before, command, context);
    return limitVariables(result, command, state.status, (other) => step(definition, before, other, context));
  }

  /** Each refusal is told when its audit entry is stored; one that cannot be stored fails nobody else's. */
  private async refuse(refused: readonly Stepped<Rejected>[]): Promise<void> {
    const entries = refused.flatMap(({ item, before, result }) => {
      const { origin } = item.options;
      return origin ? [refusedEntry(this.entryBase(), origin, before.header, before.state.status, result)] : [];
    });
    try {
      if (entries.length > 0) await this.audit.append(entries);
    } catch (error) {
      if (refused.length === 1 || error instanceof StorageUnavailable) for (const { item } of refused) item.reject(error);
      else for (const each of refused) await this.refuse([each]);
      return;
    }
    if (entries.length > 0) this.wakeups.auditWritten();
    for (const { item, before, result } of refused) {
      item.resolve({ kind: 'rejected', instance: before, rejected: result });
      // Too late an outcome: another node moved the instance, which nobody who waits here has heard of.
      if (!item.options.origin) this.watch.notify(before, []);
    }
  }

  private readonly entryBase = () => ({ id: this.store.nextId(), at: new Date(this.clock.now()).toISOString() });

  private async commit(accepted: readonly Stepped<Accepted>[]): Promise<void> {
    if (accepted.length === 0) return;
    const writes = accepted.flatMap(({ item, before, result, variablesText, next }) => {
      const own = buildWrite(before.header, before.state.version, result, variablesText, item.options, this.entryBase);
      return next ? [own, buildWrite(next.before.header, 0, next.result, next.variablesText, {}, this.entryBase)] : [own];
    });
    try {
      await this.store.saveSteps(writes);
    } catch (error) {
      const items = accepted.map(({ item }) => item);
      return this.recover(items, error);
    }
    for (const each of accepted) this.finish(each);
    if (writes.some((write) => write.audit.length > 0)) this.wakeups.auditWritten();
  }

  /** Nothing of the batch was written, or it is not known whether it was. */
  private async recover(items: readonly QueuedCommand[], error: unknown): Promise<void> {
    for (const item of items) this.mistrust(item);
    if (error instanceof StorageUnavailable) {
      for (const item of items) {
        this.wakeups.instanceInDoubt(item.target);
        item.reject(error);
      }
      return;
    }
    const conflict = error instanceof StepConflict;
    if (conflict) {
      this.telemetry.conflict();
      for (const item of items) item.conflicts++;
      // Read afresh, those that lost the race are mostly refused or go through: two round trips for all of them.
      if (items.every(({ conflicts }) => conflicts <= CONFLICTS_TOGETHER)) return this.run(items);
    }
    if (items.length === 1 && !(conflict && items.every(mayTryAgain))) items[0]?.reject(error);
    // One bad neighbour must not fail the others: each on its own.
    else for (const item of items) await this.run([item]);
  }

  private mistrust(item: QueuedCommand): void {
    this.cache.drop(item.key);
    item.reread = true;
  }

  /** The commit stands, whatever happens here: remember, hand out the effects, tell who waits. */
  private finish({ item, before, result, next }: Stepped<Accepted>): void {
    const instance: LiveInstance = { ...before, state: result.state, trail: extendTrail(before.trail, result.effects) };
    this.cache.put(item.key, instance);
    item.resolve({ kind: 'done', instance, report: result.report, begun: begunBy(result) });
    this.perform(instance, result.effects);
    if (!next) return;
    const { header } = next.before;
    const following = { ...next.before, state: next.result.state };
    this.cache.put(keyOf(header), following);
    this.perform(following, next.result.effects);
  }

  private perform(instance: LiveInstance, effects: readonly Effect[]): void {
    const { header } = instance;
    try {
      handOutEffects(instance, effects, this.attempts, this.wakeups, this.telemetry);
    } catch (error) {
      this.logger.error({ instanceGuid: header.guid, error: String(error) }, 'Effects could not be handed out');
      this.wakeups.instanceInDoubt(header);
    }
    this.watch.notify(instance, effects);
  }
}
