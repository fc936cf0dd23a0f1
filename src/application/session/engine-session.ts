import { Injectable } from '@nestjs/common';
import type { Command, Rejected, StartProcessInstance, StepReport, StepResult } from '../../engine/index.js';
import { newInstance, step } from '../../engine/index.js';
import { DefinitionCache } from '../definition-cache.js';
import { AttemptRunner, Wakeups } from '../ports/attempts.js';
import { Clock, NodeIdentity } from '../ports/clock.js';
import {
  InstanceStore,
  StepConflict,
  StorageUnavailable,
  type InstanceHeader,
  type InstanceKey,
  type StepWrite,
} from '../ports/instance-store.js';
import { AuditStore } from '../ports/stores.js';
import { Telemetry } from '../ports/telemetry.js';
import { CommandQueue } from './command-queue.js';
import { InstanceCache, keyOf } from './instance-cache.js';
import { InstanceWatch } from './instance-watch.js';
import { EMPTY_TRAIL, extendTrail, type LiveInstance } from './live-instance.js';
import { refusedEntry, type ApplyOptions } from './origin.js';
import { buildWrite } from './step-write.js';
import { checkSize } from './variable-limit.js';

/** What became of a command. */
export type SessionResult =
  | {
      readonly kind: 'done';
      readonly instance: LiveInstance;
      readonly report: StepReport;
      /** Element instances whose attempts this command began. */
      readonly begun: readonly number[];
    }
  | { readonly kind: 'rejected'; readonly instance: LiveInstance; readonly rejected: Rejected }
  | { readonly kind: 'not-found' };

interface Item {
  readonly key: string;
  readonly target: InstanceKey;
  /** Set for a start: the instance does not exist yet. */
  readonly header: InstanceHeader | null;
  readonly command: Command;
  readonly options: ApplyOptions;
  conflicts: number;
  readonly resolve: (result: SessionResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Stepped {
  readonly item: Item;
  readonly before: LiveInstance;
  readonly result: StepResult;
  /** Read for this batch, not remembered from an earlier one. */
  readonly fresh: boolean;
}

/** Instances in one commit. More would only lengthen the wait of the first (reference: mean batch 29 under 64 callers). */
const BATCH = 50;
/** Commits under way at once: measured, a third brings nothing. */
const LANES = 2;
/** Lost races after which a command gives up; each one means that another node moved the instance. */
const CONFLICTS = 20;

/**
 * The only caller of the engine: load, step, save, perform. Commands of many instances that have gathered are committed
 * together, with no waiting: a lane that is free takes what is there (DESIGN section 6).
 */
@Injectable()
export class EngineSession {
  private readonly queue = new CommandQueue<Item>();
  private readonly cache = new InstanceCache();
  readonly watch = new InstanceWatch();
  private lanes = 0;
  private scheduled = false;

  constructor(
    private readonly store: InstanceStore,
    private readonly audit: AuditStore,
    private readonly definitions: DefinitionCache,
    private readonly clock: Clock,
    private readonly node: NodeIdentity,
    private readonly attempts: AttemptRunner,
    private readonly wakeups: Wakeups,
    private readonly telemetry: Telemetry,
  ) {}

  /** Applies a command to an instance. Resolves after the commit; the effects are under way by then. */
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
  async preview(target: InstanceKey, command: Command): Promise<{ instance: LiveInstance; result: StepResult } | null> {
    const instance = await this.read(target);
    if (!instance) return null;
    return {
      instance,
      result: step(instance.definition, instance.state, command, { now: this.clock.now(), node: this.node.node }),
    };
  }

  /** The instance as it is stored now. */
  async read(target: InstanceKey): Promise<LiveInstance | null> {
    const [stored] = await this.store.loadByGuid([target]);
    if (!stored) return null;
    const known = this.cache.get(keyOf(target));
    const definition = await this.definitions.get(stored.header.definitionId, stored.header.definitionVersion);
    return { ...stored, definition, trail: known && known.state.version === stored.state.version ? known.trail : null };
  }

  private enqueue(
    target: InstanceKey,
    header: InstanceHeader | null,
    command: Command,
    options: ApplyOptions,
  ): Promise<SessionResult> {
    return new Promise((resolve, reject) => {
      const { tenantId, guid } = target;
      this.queue.push({
        key: keyOf(target),
        target: { tenantId, guid },
        header,
        command,
        options,
        conflicts: 0,
        resolve,
        reject,
      });
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
    while (this.lanes < LANES && this.queue.size > 0) {
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

  private async run(batch: readonly Item[]): Promise<void> {
    try {
      const startedAt = performance.now();
      const stepped = await this.stepAll(batch);
      if (stepped.length === 0) return;
      const accepted = await this.settleRejections(stepped);
      if (accepted.length > 0) await this.commit(accepted);
      this.telemetry.batch(batch.length, performance.now() - startedAt);
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  }

  private async stepAll(batch: readonly Item[]): Promise<Stepped[]> {
    const loaded = await this.load(batch);
    const stepped: Stepped[] = [];
    for (const item of batch) {
      const before = loaded.get(item.key);
      if (!before) {
        item.resolve({ kind: 'not-found' });
        continue;
      }
      try {
        stepped.push({ item, ...before, result: this.step(item, before.before) });
      } catch (error) {
        this.cache.drop(item.key);
        item.reject(error);
      }
    }
    return stepped;
  }

  private step(item: Item, { definition, state }: LiveInstance): StepResult {
    const context = { now: this.clock.now(), node: this.node.node };
    const isNew = item.command.type === 'start-process-instance' && state.version === 0;
    const result = step(definition, isNew ? null : state, item.command, context);
    return checkSize(result, item.command, state.status, (command) => step(definition, isNew ? null : state, command, context));
  }

  private async load(batch: readonly Item[]): Promise<Map<string, { before: LiveInstance; fresh: boolean }>> {
    const found = new Map<string, { before: LiveInstance; fresh: boolean }>();
    const missing: Item[] = [];
    for (const item of batch) {
      const cached = item.conflicts === 0 ? this.cache.get(item.key) : undefined;
      if (cached) found.set(item.key, { before: cached, fresh: false });
      else if (item.header === null || item.conflicts > 0) missing.push(item);
      if (!cached && item.header !== null && item.conflicts === 0)
        found.set(item.key, { before: await this.unborn(item.header, item.command), fresh: true });
    }
    if (missing.length === 0) return found;
    for (const { header, state } of await this.store.loadByGuid(missing.map((item) => item.target))) {
      const definition =
        this.definitions.peek(header.definitionId, header.definitionVersion) ??
        (await this.definitions.get(header.definitionId, header.definitionVersion));
      found.set(keyOf(header), { before: { header, state, definition, trail: null }, fresh: true });
    }
    return found;
  }

  /** An instance before its start: version 0, nothing in it. */
  private async unborn(header: InstanceHeader, command: Command): Promise<LiveInstance> {
    const definition =
      this.definitions.peek(header.definitionId, header.definitionVersion) ??
      (await this.definitions.get(header.definitionId, header.definitionVersion));
    if (command.type !== 'start-process-instance')
      throw new Error(`Expected a start of '${header.guid}', but got ${command.type}`);
    return { header, definition, trail: EMPTY_TRAIL, state: newInstance(command, this.clock.now()) };
  }

  /** Refusals are final only on what was read afresh: a remembered state may be behind another node's. */
  private async settleRejections(stepped: readonly Stepped[]): Promise<Stepped[]> {
    const accepted: Stepped[] = [];
    const again: Item[] = [];
    for (const each of stepped) {
      if (each.result.kind === 'accepted') accepted.push(each);
      else if (each.fresh) await this.refuse(each, each.result);
      else {
        this.cache.drop(each.item.key);
        again.push(each.item);
      }
    }
    if (again.length === 0) return accepted;
    for (const each of await this.stepAll(again)) {
      if (each.result.kind === 'accepted') accepted.push(each);
      else await this.refuse(each, each.result);
    }
    return accepted;
  }

  private async refuse({ item, before }: Stepped, rejected: Rejected): Promise<void> {
    const { origin } = item.options;
    if (origin) {
      await this.audit.append([refusedEntry(this.entryBase(), origin, before.header, before.state.status, rejected)]);
      this.wakeups.auditWritten();
    }
    item.resolve({ kind: 'rejected', instance: before, rejected });
  }

  private entryBase(): { id: number; at: string } {
    return { id: this.store.nextId(), at: new Date(this.clock.now()).toISOString() };
  }

  private async commit(accepted: readonly Stepped[]): Promise<void> {
    const writes: StepWrite[] = [];
    for (const { item, before, result } of accepted) {
      if (result.kind === 'accepted')
        writes.push(buildWrite(before.header, before.state.version, result, item.options, () => this.entryBase()));
    }
    try {
      await this.store.saveSteps(writes);
    } catch (error) {
      return this.recover(accepted, error);
    }
    for (const each of accepted) this.finish(each);
    if (writes.some((write) => write.audit.length > 0)) this.wakeups.auditWritten();
  }

  /** Nothing of the batch was written, or it is not known whether it was. */
  private async recover(accepted: readonly Stepped[], error: unknown): Promise<void> {
    for (const { item } of accepted) this.cache.drop(item.key);
    if (error instanceof StorageUnavailable) {
      for (const { item } of accepted) {
        this.wakeups.instanceInDoubt(item.target);
        item.reject(error);
      }
      return;
    }
    if (error instanceof StepConflict) this.telemetry.conflict();
    if (accepted.length === 1 && accepted[0]) return this.retryAlone(accepted[0].item, error);
    // One bad neighbour must not fail the others: each on its own.
    for (const { item } of accepted) {
      item.conflicts++;
      await this.run([item]);
    }
  }

  private async retryAlone(item: Item, error: unknown): Promise<void> {
    if (!(error instanceof StepConflict) || item.conflicts >= CONFLICTS) {
      item.reject(error);
      return;
    }
    item.conflicts++;
    await this.run([item]);
  }

  /** The commit stands: remember, hand out the effects, tell who waits. */
  private finish({ item, before, result }: Stepped): void {
    if (result.kind !== 'accepted') return;
    const instance: LiveInstance = { ...before, state: result.state, trail: extendTrail(before.trail, result.effects) };
    this.cache.put(item.key, instance);
    const begun = result.effects.flatMap((effect) => (effect.type === 'execute-attempt' ? [effect.elementInstanceId] : []));
    item.resolve({ kind: 'done', instance, report: result.report, begun });
    for (const effect of result.effects) {
      if (effect.type === 'execute-attempt') {
        this.attempts.execute(before.header, effect, before.definition.nodesById.get(effect.nodeId)?.name ?? effect.nodeId);
      } else if (effect.type === 'abort-attempt') this.attempts.abort(before.header.id, effect.elementInstanceId);
      else if (effect.type === 'schedule-timer') this.wakeups.timerAt(effect.dueAt);
    }
    this.watch.notify(instance, result.effects);
  }
}
