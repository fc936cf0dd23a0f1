import { systemCaller } from '../caller.js';
import type { BatchCounts, BatchItemState, BatchOutcome, BatchStatus, BatchStore } from '../ports/batches.js';
import type { Clock } from '../ports/clock.js';
import type { RequestAudit } from '../request-audit.js';
import { originOf } from '../requests/origin-of.js';
import type { BatchItemDeed, ReadyBatch } from './batch-item-deed.js';
import { OutcomeLog } from './outcome-log.js';
import { PendingItems } from './pending-items.js';
import { SteadyPace } from './steady-pace.js';

/** Ends of an item that are no success. */
const FAILURES: ReadonlySet<BatchItemState> = new Set(['failed-again', 'still-running', 'interrupted', 'refused']);
/** Items at once beside fresh traffic on the same server, whose every step waits behind them. */
const BESIDE_OTHERS = 3;
/** Between looks whether it is over, in ms. */
const STEP_BACK_MS = 20;
/** Leftovers of an earlier run that are read at once. */
const LEFTOVERS = 1_000;

/** What a run needs. */
export interface BatchTools {
  readonly store: BatchStore;
  readonly deed: BatchItemDeed;
  readonly audit: RequestAudit;
  readonly clock: Clock;
}

/**
 * One batch at work on this node: the outcomes of what an earlier run left behind, then the canaries, then all others. Each item is
 * marked in the transaction of its step, so that a run may be cut off anywhere, and another may go on with it.
 */
export class BatchRun {
  private readonly log: OutcomeLog;
  private readonly pace: SteadyPace;
  private status: BatchStatus | null;
  private failures = 0;
  private ended = 0;
  private error: Error | null = null;

  constructor(
    private readonly ready: ReadyBatch,
    private readonly tools: BatchTools,
  ) {
    const { id, status, options } = ready.batch;
    this.status = status;
    this.log = new OutcomeLog(tools.store, id, tools.clock, (heard) => this.observe(heard));
    this.pace = new SteadyPace(options.ratePerSecond);
  }

  /** How the batch stands now; null: it is not this node's any more. What has begun comes to its end. */
  observe(status: BatchStatus | null): void {
    this.status = status;
  }

  /** Resolves when the batch has ended, or does not go on here. @throws StorageUnavailable */
  async run(): Promise<void> {
    await this.endLeftovers();
    if (this.ready.batch.canary === 'running' && this.status === 'running' && !(await this.tryCanary())) return;
    for (let before = -1; this.mayBegin() && before < this.ended;) {
      before = this.ended;
      await this.work(null);
      if (await this.conclude()) return;
    }
    await this.conclude();
  }

  private mayBegin(): boolean {
    const { maxFailures } = this.ready.batch.options;
    return this.status === 'running' && this.error === null && (maxFailures === null || this.failures < maxFailures);
  }

  /** Items whose command was done when the run was cut off. */
  private async endLeftovers(): Promise<void> {
    const { store, deed } = this.tools;
    for (let after = 0; ;) {
      const items = await store.items(this.ready.batch.id, ['running'], after, LEFTOVERS);
      const left = [...items].reverse();
      await this.inLines(async () => {
        for (let item = left.pop(); item; item = left.pop()) this.note(await deed.end(this.ready, item));
      });
      await this.log.flush();
      const last = items.at(-1);
      if (!last || items.length < LEFTOVERS) return;
      after = last.itemNo;
    }
  }

  /** True: all of them have recovered, but for those that there was nothing to do for. */
  private async tryCanary(): Promise<boolean> {
    const { batch } = this.ready;
    const { canary } = batch.options;
    await this.work(canary);
    if (this.status !== 'running') {
      await this.conclude();
      return false;
    }
    const items = await this.tools.store.items(batch.id, null, 0, canary);
    if (items.some(({ state }) => state === 'pending' || state === 'running')) return false;
    const recovered = items.filter(({ state }) => state === 'recovered' || state === 'done').length;
    const failed = items.filter(({ state }) => FAILURES.has(state));
    if (failed.length === 0 && recovered > 0) {
      await this.tools.store.passCanary(batch.id);
      return true;
    }
    const [first] = failed;
    const because = first?.errorMessage ?? first?.reason ?? 'there was nothing to do for any of them';
    await this.stop(
      `Canary: ${recovered} of ${items.length} recovered; ${first ? `item ${first.itemNo}: ` : ''}${because}`,
      true,
    );
    return false;
  }

  /** Begins pending items, as many at once as the batch allows, until none is left or nothing may begin any more. */
  private async work(upTo: number | null): Promise<void> {
    const items = new PendingItems(this.tools.store, this.ready.batch.id, upTo);
    await this.inLines(async (line) => {
      while (this.mayBegin()) {
        await this.stepBack(line, items);
        const item = await items.next();
        if (!item) return;
        await this.pace.turn();
        if (!this.mayBegin()) return;
        const outcome = await this.tools.deed.begin(this.ready, item);
        if (outcome === 'lost') await this.log.flush();
        else if (outcome === 'ended') this.ended++;
        else this.note(outcome);
      }
    });
    await this.log.flush();
  }

  /** Fresh traffic goes first: all but a few lines wait until it is over, or there is nothing to wait for. */
  private async stepBack(line: number, items: PendingItems): Promise<void> {
    while (line >= BESIDE_OTHERS && !items.areOver && this.tools.deed.hasFreshTraffic && this.mayBegin())
      await new Promise((resolve) => setTimeout(resolve, STEP_BACK_MS));
  }

  private async inLines(work: (line: number) => Promise<void>): Promise<void> {
    const lines = Array.from({ length: this.ready.batch.options.concurrency }, (_, line) =>
      work(line).catch((error: unknown) => {
        this.error ??= error instanceof Error ? error : new Error(String(error));
      }),
    );
    await Promise.all(lines);
    if (this.error !== null) throw this.error;
  }

  private note(outcome: BatchOutcome): void {
    this.ended++;
    if (FAILURES.has(outcome.state)) this.failures++;
    this.log.add(outcome);
  }

  /** True when the batch has come to an end of some kind, or is not this run's any more. */
  private async conclude(): Promise<boolean> {
    const { maxFailures } = this.ready.batch.options;
    if (this.status === 'aborting') {
      await this.settle('aborting', 'aborted', 'BatchAborted', null);
      return true;
    }
    if (this.status !== 'running') return true;
    if (maxFailures !== null && this.failures >= maxFailures) {
      await this.stop(`${this.failures} items have not recovered, and ${maxFailures} are allowed`, false);
      return true;
    }
    return this.settle('running', 'completed', 'BatchCompleted', null);
  }

  private async stop(reason: string, byCanary: boolean): Promise<void> {
    await this.settle('running', 'stopped', 'BatchStopped', reason, byCanary);
  }

  private async settle(
    from: BatchStatus,
    to: BatchStatus,
    action: string,
    reason: string | null,
    byCanary = false,
  ): Promise<boolean> {
    const { id, tenantId, kind, caller } = this.ready.batch;
    const { store, audit, clock } = this.tools;
    const now = clock.now();
    const entry = (counts: BatchCounts) => {
      const detail = { batchId: id, kind, ...(reason !== null && { reason }), counts };
      const origin = originOf(systemCaller(tenantId, caller.correlationId), action, now, { detail });
      return audit.entry(origin, to === 'stopped' ? 'failed' : 'succeeded');
    };
    const said = { reason, at: new Date(now), ...(byCanary && { canary: 'failed' as const }) };
    const settled = await store.settle(id, from, to, said, entry);
    if (settled) audit.written();
    return settled;
  }
}
