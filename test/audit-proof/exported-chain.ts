import { AuditKey } from '../../src/audit-proof/audit-key.js';
import { signCheckpoint } from '../../src/audit-proof/checkpoint.js';
import { digestOf } from '../../src/audit-proof/digest.js';
import { entryFields } from '../../src/audit-proof/entry-fields.js';
import * as lines from '../../src/audit-proof/export-lines.js';
import { signRemoval } from '../../src/audit-proof/removal.js';
import { hashOfSeal, NO_HASH, type StoredSeal } from '../../src/audit-proof/seals.js';
import type { AuditCheckpoint, AuditRemoval, RemovedRun } from '../../src/contract/audit-checkpoint.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { auditEntry } from '../storage/audit-entry.js';

/** When everything here was signed. */
const AT = '2026-11-25T12:00:00.000Z';

/** A chain of our own making and the exports of it, as a server would write them. */
export class ExportedChain {
  readonly key = AuditKey.ofPem(AuditKey.generate());
  readonly seals: StoredSeal[] = [];
  private readonly entriesOf = new Map<number, AuditEntry[]>();

  /** @param sizes how many entries each seal has */
  constructor(...sizes: readonly number[]) {
    for (const size of sizes) this.seal(Array.from({ length: size }, (_, i) => auditEntry({ comment: `entry ${i}` })));
  }

  seal(entries: AuditEntry[]): void {
    const last = this.seals.at(-1);
    const seal = {
      tenantId: 'default',
      sealNo: this.seals.length + 1,
      entryIds: entries.map(({ id }) => id),
      digests: Buffer.concat(entries.map((entry) => digestOf(entryFields(entry)))),
      lastXactId: String(700 + this.seals.length),
      lastEntryId: String(entries.at(-1)?.id),
      sealedAt: 1_800_000_000_000.25,
      previousHash: last?.hash ?? NO_HASH,
    };
    this.seals.push({ ...seal, hash: hashOfSeal(seal) });
    this.entriesOf.set(seal.sealNo, entries);
  }

  ids(sealNo: number): number[] {
    return (this.entriesOf.get(sealNo) ?? []).map(({ id }) => id);
  }

  checkpoint(sealNo = this.seals.length, key = this.key): AuditCheckpoint {
    const seal = this.seals[sealNo - 1];
    if (!seal) throw new Error(`Expected a seal ${sealNo}, but there is none`);
    return signCheckpoint(key, seal, AT);
  }

  removal(runs: readonly RemovedRun[], entries: number): AuditRemoval {
    const said = {
      tenantId: 'default',
      from: '2026-01-05T00:00:00.000Z',
      upTo: '2026-01-12T00:00:00.000Z',
      entries,
      runs,
      at: AT,
    };
    return signRemoval(this.key, said);
  }

  /** All of it, without the line ends. */
  whole(): string[] {
    return this.file(null, this.seals, () => true);
  }

  /** With what proves that these entries are gone by right. */
  without(removal: AuditRemoval, isLeft: (entry: AuditEntry) => boolean): string[] {
    const [head = '', ...rest] = this.file(null, this.seals, isLeft);
    return [head, ...split(lines.removalLine(removal)), ...rest];
  }

  /** Only these seals, and of them only the entries that match. */
  filtered(sealNos: readonly number[], matches: (entry: AuditEntry) => boolean = () => true): string[] {
    return this.file(
      { actor: 'alice' },
      this.seals.filter(({ sealNo }) => sealNos.includes(sealNo)),
      matches,
    );
  }

  private file(
    filter: Record<string, unknown> | null,
    seals: readonly StoredSeal[],
    matches: (entry: AuditEntry) => boolean,
  ): string[] {
    let text = lines.headLine({ tenantId: 'default', at: AT, filter });
    let entries = 0;
    for (const [i, seal] of seals.entries()) {
      const before = seals[i - 1];
      if (before && before.sealNo + 1 < seal.sealNo) text += lines.checkpointLine(this.checkpoint(before.sealNo));
      text += lines.sealLine(seal);
      const matching = (this.entriesOf.get(seal.sealNo) ?? []).filter(matches);
      entries += matching.length;
      text += matching.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    }
    const last = seals.at(-1)?.sealNo ?? (this.seals.length === 0 ? null : this.seals.length);
    text += lines.endLine(last === null ? null : this.checkpoint(last), { entries, seals: seals.length, unsealed: 0 });
    return split(text);
  }
}

function split(text: string): string[] {
  return text.trimEnd().split('\n');
}
