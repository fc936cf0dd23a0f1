import { Injectable } from '@nestjs/common';
import type { Caller } from '../caller.js';
import type { BatchItem, BatchOutcome, BatchRecord } from '../ports/batches.js';
import { Clock } from '../ports/clock.js';
import { StepConflict, StorageUnavailable } from '../ports/instance-store.js';
import { OperatorPermits, type RefusedPermit } from '../operator-rules/operator-permits.js';
import { RequestAudit } from '../request-audit.js';
import { originOf } from '../requests/origin-of.js';
import { foreignVisits } from '../session/await-rest.js';
import { BranchRest } from '../session/branch-rest.js';
import { EngineSession } from '../session/engine-session.js';
import type { CommandOrigin } from '../session/origin.js';
import { attempted, notFound, rejected, unusable } from './item-outcome.js';
import type { AnyBatchKind, ReadyKind } from './batch-kinds.js';

/** After a command from outside, others are likely to follow, in ms. */
const FRESH_MS = 100;
/** Between looks at an attempt that may end on another server, in ms. */
const LOOK_MS = 1_000;

/** A batch with what its kind makes of its parameters. */
export interface ReadyBatch {
  readonly batch: BatchRecord;
  readonly kind: AnyBatchKind;
  readonly command: ReadyKind;
}

/** Does one item of a batch, and finds out how it ended. */
@Injectable()
export class BatchItemDeed {
  constructor(
    private readonly session: EngineSession,
    private readonly rest: BranchRest,
    private readonly audit: RequestAudit,
    private readonly permits: OperatorPermits,
    private readonly clock: Clock,
  ) {}

  /** People and programs are at work on this server: a batch should leave it to them as far as it can. */
  get hasFreshTraffic(): boolean {
    return this.session.traffic.within(FRESH_MS);
  }

  /**
   * `ended`: with its step; `lost`: another run has done it, or nothing of the batch may begin now.
   * @throws StorageUnavailable where it is not known whether it was done
   */
  async begin({ batch, kind, command }: ReadyBatch, item: BatchItem): Promise<BatchOutcome | 'ended' | 'lost'> {
    const origin = this.originOf(batch, kind, item);
    if (item.instanceId === null) {
      const outcome = notFound(item);
      const detail = { ...origin.detail, reason: outcome.reason };
      await this.audit.record({ ...origin, detail }, 'refused', { instanceGuid: item.instanceGuid });
      return outcome;
    }
    const target = { tenantId: batch.tenantId, guid: item.instanceGuid };
    const becomes = kind.beginsAttempt ? ('running' as const) : ('done' as const);
    const batchItem = { batchId: batch.id, itemNo: item.itemNo, becomes };
    try {
      const wanted = command(item, batch.caller.correlationId);
      const permit = await this.permits.of(wanted, origin.caller, batch.reason, () => this.session.read(target));
      if (permit.kind === 'refused') return await this.refuse(item, permit, origin);
      const result = await this.session.apply(target, permit.command, { origin, batchItem });
      if (result.kind === 'not-found') return notFound(item);
      if (result.kind === 'rejected') return rejected(item, result.instance.state.status, result.rejected);
      const visit = result.report.elementInstanceId;
      if (!kind.beginsAttempt || visit === null) return 'ended';
      const foreign = foreignVisits(result.instance.state, result.begun);
      const options = { elementInstanceId: visit, foreign, waitMs: batch.options.waitMs };
      return attempted(item, visit, await this.rest.ofAttempt(result.instance, options));
    } catch (error) {
      if (error instanceof StorageUnavailable) throw error;
      if (error instanceof StepConflict) return 'lost';
      return unusable(item, error instanceof Error ? error.message : String(error));
    }
  }

  /** The policies of the tenant are asked for each item: they may have changed since the batch began. */
  private async refuse(item: BatchItem, { refusal, instance }: RefusedPermit, origin: CommandOrigin): Promise<BatchOutcome> {
    const detail = { ...origin.detail, reason: refusal.message, rule: refusal.rule };
    const { guid, processKey } = instance.header;
    await this.audit.record({ ...origin, detail }, 'refused', { instanceGuid: guid, processKey });
    return unusable(item, refusal.message);
  }

  /** How an item ended whose command an earlier run has done. */
  async end({ batch }: ReadyBatch, item: BatchItem): Promise<BatchOutcome> {
    const deadline = performance.now() + batch.options.waitMs;
    const target = { tenantId: batch.tenantId, guid: item.instanceGuid };
    const visit = item.elementInstanceId;
    for (;;) {
      const instance = await this.session.read(target);
      if (!instance || visit === null) return notFound(item);
      const leftMs = Math.max(0, deadline - performance.now());
      const options = { elementInstanceId: visit, foreign: new Set<number>(), waitMs: Math.min(LOOK_MS, leftMs) };
      const rest = await this.rest.ofAttempt(instance, options);
      if (rest.attempt !== 'pending' || leftMs <= LOOK_MS) return attempted(item, visit, rest);
    }
  }

  private originOf(batch: BatchRecord, { action }: AnyBatchKind, { itemNo }: BatchItem): CommandOrigin {
    const { actor, permissions, correlationId, approval } = batch.caller;
    const { tenantId } = batch;
    const caller: Caller = {
      tenantId,
      actor,
      permissions: new Set(permissions),
      correlationId,
      idempotencyKey: null,
      ...(approval && { approval }),
    };
    const detail = { batchId: batch.id, item: itemNo };
    return originOf(caller, action, this.clock.now(), { comment: batch.reason ?? undefined, detail });
  }
}
