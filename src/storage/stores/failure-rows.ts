import type { FailureFingerprint } from '../../application/ports/failures.js';
import type { InstanceHeader } from '../../application/ports/instance-store.js';
import type { OpenIncident } from '../../engine/index.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import { countFailures, insertFailureGroups } from '../sql/failure-groups.js';
import { freeText } from './stored-text.js';

const HOUR_MS = 3_600_000;

interface Count {
  readonly fingerprint: string;
  readonly version: number;
  readonly hour: number;
  opened: number;
  settled: number;
  lastOpenedAt: number;
}

/** The groups of the failures that a batch of steps opens, each once, and what they add to their counts. */
export class FailureRows {
  private groups: Map<string, { header: InstanceHeader; effect: OpenIncident; pattern: string }> | null = null;
  private readonly counts = new Map<string, Count>();

  /** @param settledAt where the same step has settled it, too */
  add(
    header: InstanceHeader,
    effect: OpenIncident,
    { fingerprint, pattern }: FailureFingerprint,
    settledAt: number | null,
  ): void {
    this.groups ??= new Map();
    if (!this.groups.has(fingerprint)) this.groups.set(fingerprint, { header, effect, pattern });
    const { at } = effect.incident;
    const hour = at - (at % HOUR_MS);
    const key = `${fingerprint}/${header.definitionVersion}/${hour}`;
    const count = this.counts.get(key) ?? {
      fingerprint,
      version: header.definitionVersion,
      hour,
      opened: 0,
      settled: 0,
      lastOpenedAt: at,
    };
    this.counts.set(key, count);
    count.opened++;
    if (settledAt !== null) count.settled++;
    count.lastOpenedAt = Math.max(count.lastOpenedAt, at);
  }

  bindTo(statements: BoundStatement[]): void {
    if (this.groups === null) return;
    const groups = new RowBuffer(insertFailureGroups);
    for (const [fingerprint, { header, effect, pattern }] of this.groups) {
      const { code, errorClass, at } = effect.incident;
      const { tenantId, definitionId, processKey } = header;
      const [safeCode, safePattern] = [freeText(code), freeText(pattern)];
      groups.add(fingerprint, tenantId, definitionId, processKey, effect.nodeId, safeCode, errorClass, safePattern, at);
    }
    groups.bindTo(statements);
    const counts = new RowBuffer(countFailures);
    for (const { fingerprint, version, hour, opened, settled, lastOpenedAt } of this.counts.values())
      counts.add(fingerprint, version, hour, opened, settled, lastOpenedAt);
    counts.bindTo(statements);
  }
}
