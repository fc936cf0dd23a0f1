import { Logger } from '@nestjs/common';
import type { AuditRetentionStore, AuditSigner, RemovalRecord } from '../application/ports/audit-chain.js';
import type { Wakeups } from '../application/ports/attempts.js';
import type { Clock } from '../application/ports/clock.js';
import type { EndedInstances } from '../application/ports/history.js';
import type { InstanceStore } from '../application/ports/instance-store.js';
import type { AuditStore } from '../application/ports/stores.js';
import type { AuditKey } from '../audit-proof/audit-key.js';
import { signRemoval, type SaidRemoval } from '../audit-proof/removal.js';
import type { AuditEntry } from '../contract/audit-entry.js';
import { RepeatedLook } from './repeated-look.js';
import { timeToTrust } from './time-to-trust.js';

const DAY_MS = 86_400_000;
/** From the start, and from the end of a pass, to the next, in ms. */
const REST_MS = 600_000;

/** What the retention of the audit trail asks of others. */
export interface AuditRetentionParts {
  readonly weeks: AuditRetentionStore;
  readonly audit: AuditStore;
  readonly signer: AuditSigner;
  readonly ids: InstanceStore;
  readonly instances: EndedInstances;
  readonly clock: Clock;
  readonly wakeups: Wakeups;
}

/**
 * Removes whole weeks of the audit trail that are older than it is kept. What goes is sealed, and its digests stay: a signed
 * statement says which entries they were, so that the chain can still be proved and nothing else be missing unseen.
 */
export class AuditRetention {
  private readonly logger = new Logger('AuditRetention');
  private readonly passes = new RepeatedLook(
    () =>
      this.removeOld().catch((error: unknown) => {
        this.logger.warn(`The audit trail could not be shortened: ${error instanceof Error ? error.message : String(error)}`);
      }),
    REST_MS,
  );
  private isStopped = false;

  /** @param keepDays null: for ever */
  constructor(
    private readonly parts: AuditRetentionParts,
    private readonly keepDays: number | null,
  ) {}

  start(): void {
    if (this.keepDays !== null) this.passes.start(0);
  }

  /** Waits for the week that is under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.passes.stop();
  }

  /** One pass. A week that others use, or that is not sealed as it stands, stays for the next. */
  async removeOld(): Promise<void> {
    const { weeks, audit, signer, instances, clock } = this.parts;
    const { key } = signer;
    if (this.keepDays === null || key === null) return;
    const limit = (await timeToTrust(clock, instances)) - this.keepDays * DAY_MS;
    const old = await weeks.weeksBefore(limit);
    if (old.length > 0) await audit.seal();
    for (const week of old) {
      if (this.isStopped) return;
      const removal = await weeks.remove(week, (said) => this.record(key, said));
      if (removal.outcome === 'removed') this.logger.log(`Removed ${removal.entries} audit entries: ${week}.`);
      else this.logger.warn(`A week of the audit trail cannot be removed now, ${week}: ${removal.reason}.`);
    }
    if (old.length > 0) this.parts.wakeups.auditWritten();
  }

  private record(key: AuditKey, said: Omit<SaidRemoval, 'at'>): RemovalRecord {
    const { ids, clock } = this.parts;
    const at = new Date(clock.now()).toISOString();
    const id = ids.nextId();
    const removal = signRemoval(key, { ...said, at });
    return {
      id,
      removal,
      entry: { ...ENTRY, id: ids.nextId(), tenantId: said.tenantId, at, detail: detailOf(id, said, removal) },
    };
  }
}

function detailOf(
  removalId: number,
  { from, upTo, entries }: Omit<SaidRemoval, 'at'>,
  { keyId, signature }: { readonly keyId: string; readonly signature: string },
): NonNullable<AuditEntry['detail']> {
  return { removalId, from, upTo, entries, keyId, signature };
}

const ENTRY: Omit<AuditEntry, 'id' | 'tenantId' | 'at' | 'detail'> = {
  actor: { type: 'system', id: 'reprise', claimed: null },
  action: 'AuditRetention',
  outcome: 'succeeded',
  instanceGuid: null,
  processKey: null,
  taskId: null,
  attempt: null,
  comment: null,
  changes: [],
  statusBefore: null,
  statusAfter: null,
  durationMs: null,
  correlationId: null,
  idempotencyKey: null,
};
