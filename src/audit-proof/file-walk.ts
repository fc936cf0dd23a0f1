import type { AuditCheckpoint, AuditRemoval } from '../contract/audit-checkpoint.js';
import type { TrustedKeys } from './audit-key.js';
import { checkpointOf, isSigned } from './checkpoint.js';
import { entryOfLine } from './entry-fields.js';
import { EXPORT_FORMAT, sealOf, type ExportEnd, type ExportHead } from './export-lines.js';
import { isSignedRemoval, RemovedPlaces, removalOf } from './removal.js';
import { OpenSeal, REMOVED } from './open-seal.js';
import { findAlteredSeal, findBrokenSeal, NO_HASH, type StoredSeal } from './seals.js';

/** The first line, from 1, that is not as it was exported; with the entry that it is about, where it is about one. */
export interface LineFinding {
  readonly line: number;
  readonly id: number | null;
  readonly reason: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** One way through the lines of an export. `take` each, then `end`; after `found` nothing counts any more. */
export class FileWalk {
  found: LineFinding | null = null;
  checkedEntries = 0;
  sealsChecked = 0;
  removedEntries = 0;
  unsealedEntries = 0;
  removedUpTo: string | null = null;
  checkpoint: AuditCheckpoint | null = null;
  private head: ExportHead | null = null;
  private isEnded = false;
  private line = 0;
  private removals: AuditRemoval[] = [];
  private removed = new RemovedPlaces([]);
  private open: OpenSeal | null = null;

  constructor(
    private readonly trusted: TrustedKeys,
    private readonly kept: AuditCheckpoint | null,
  ) {}

  get tenantId(): string | null {
    return this.head?.tenantId ?? null;
  }

  /** An export without a filter was checked seal by seal from the first on: nothing can be missing. */
  get isComplete(): boolean {
    return this.isEnded && this.head?.filter === null;
  }

  take(line: string): void {
    this.line++;
    const expected = this.open?.expectedId ?? null;
    const value = parsed(line);
    const reason = value === null ? 'The line is no JSON object' : this.check(line, value);
    if (reason === null) return;
    const own = reason.startsWith(REMOVED) ? undefined : value?.['id'];
    this.found ??= { line: this.line, id: typeof own === 'number' ? own : expected, reason };
  }

  end(): void {
    this.line++;
    if (!this.isEnded) this.found ??= { line: this.line, id: null, reason: 'The file ends before its last line: it was cut off' };
  }

  private check(line: string, value: Fields): string | null {
    if (this.isEnded) return 'The line was added behind the last one';
    if (this.head === null) return this.checkHead(value);
    if ('removal' in value) return this.checkRemoval(value['removal']);
    if ('seal' in value) return this.checkSeal(value['seal']);
    if ('checkpoint' in value) return this.checkCheckpoint(value);
    if ('broken' in value)
      return `The chain was broken when it was exported: ${String((value['broken'] as Fields | null)?.['reason'])}`;
    return this.checkEntry(line, value);
  }

  private checkHead(value: Fields): string | null {
    const head = value['export'] as ExportHead | undefined;
    if (head?.format !== EXPORT_FORMAT || typeof head.tenantId !== 'string')
      return `The file does not begin as an export with proof does ('${EXPORT_FORMAT}'): was it made with proof=true?`;
    this.head = head;
    return null;
  }

  private checkRemoval(value: unknown): string | null {
    const removal = removalOf(value);
    if (removal === null || this.open) return 'The line is no statement of removed entries, or not in its place';
    if (removal.tenantId !== this.tenantId) return 'The statement of removed entries is about another tenant';
    if (!isSignedRemoval(removal, this.trusted)) return 'The statement of removed entries is not signed by a trusted key';
    this.removals.push(removal);
    this.removed = new RemovedPlaces(this.removals);
    if (this.removedUpTo === null || removal.upTo > this.removedUpTo) this.removedUpTo = removal.upTo;
    return null;
  }

  private checkSeal(value: unknown): string | null {
    const seal = sealOf(value);
    if (seal === null) return 'The line is no seal';
    const reason = this.closeSeal() ?? this.findBroken(seal);
    if (reason !== null) return reason;
    if (seal.sealNo === this.kept?.sealNo && seal.hash.toString('hex') !== this.kept.hash)
      return `Seal ${seal.sealNo} is not the one of the checkpoint that was kept: the chain was made anew`;
    this.sealsChecked++;
    this.open = new OpenSeal(seal, this.removed, this.head?.filter === null);
    return null;
  }

  /** A filtered export leaves out seals; a checkpoint then vouches for where it stopped. */
  private findBroken(seal: StoredSeal): string | null {
    if (seal.tenantId !== this.tenantId) return `Seal ${seal.sealNo} is of another tenant`;
    const before = this.open?.seal;
    const mayJump = this.head?.filter !== null && (this.open?.isVouched ?? true) && seal.sealNo > (before?.sealNo ?? 0);
    return mayJump ? findAlteredSeal(seal) : findBrokenSeal(seal, before?.sealNo ?? 0, before?.hash ?? NO_HASH);
  }

  private checkEntry(line: string, value: Fields): string | null {
    const entry = entryOfLine(line, value);
    if (entry === null) return 'The line is not as an entry is exported: it was altered';
    if (!this.open) return 'The entry stands before the first seal: it was inserted';
    const reason = this.open.find(entry);
    if (reason === null) this.checkedEntries++;
    return reason;
  }

  private checkCheckpoint(value: Fields): string | null {
    const isLast = 'end' in value;
    if (value['checkpoint'] === null && isLast && !this.open) return this.checkEnd(value['end'] as ExportEnd | null);
    const checkpoint = checkpointOf(value['checkpoint']);
    if (checkpoint === null) return 'The line is no checkpoint';
    const reason = this.closeSeal();
    if (reason !== null) return reason;
    if (checkpoint.tenantId !== this.tenantId || !isSigned(checkpoint, this.trusted))
      return 'The checkpoint is not signed by a trusted key';
    const seal = this.open?.seal;
    if (seal && (checkpoint.sealNo !== seal.sealNo || checkpoint.hash !== seal.hash.toString('hex')))
      return `The checkpoint is of seal ${checkpoint.sealNo}, not of seal ${seal.sealNo} before it: what stood between was removed`;
    if (!seal && this.head?.filter === null) return `Seals 1 to ${checkpoint.sealNo} were removed`;
    if (this.open) this.open.isVouched = true;
    this.checkpoint = checkpoint;
    return isLast ? this.checkEnd(value['end'] as ExportEnd | null) : null;
  }

  private checkEnd(end: ExportEnd | null): string | null {
    this.isEnded = true;
    if (end?.entries !== this.checkedEntries || end.seals !== this.sealsChecked)
      return `Expected ${this.checkedEntries} entries and ${this.sealsChecked} seals, but the last line says ${end?.entries ?? '?'} and ${end?.seals ?? '?'}`;
    this.unsealedEntries = end.unsealed;
    const last = this.open?.seal.sealNo ?? 0;
    if (this.isComplete && this.kept && this.kept.sealNo > last)
      return `The chain ends at seal ${last}, before seal ${this.kept.sealNo} of the checkpoint that was kept: its end was cut off`;
    return null;
  }

  private closeSeal(): string | null {
    const reason = this.open?.close() ?? null;
    this.removedEntries += this.open?.takeRemoved() ?? 0;
    return reason;
  }
}

function parsed(line: string): Fields | null {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
}
