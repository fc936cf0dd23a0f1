import type { DataSource } from 'typeorm';
import type { AuditVerification, AuditWitness } from '../../application/ports/stores.js';
import { isSignedRemoval, RemovedPlaces } from '../../audit-proof/removal.js';
import { findBrokenSeal, NO_HASH, sealedEntries, type StoredSeal } from '../../audit-proof/seals.js';
import type { AuditCheckpoint, AuditRemoval } from '../../contract/audit-checkpoint.js';
import { queryRows } from '../readers/people-query.js';
import { findChangedEntry, isUnchanged, REMOVED, type Finding, type StoredEntry } from './chain-checks.js';
import * as queries from './chain-queries.js';

const { LOWEST } = queries;
const UNTRUSTED = 'statement(s) that entries have had their time are not signed by a trusted key';

/**
 * Walks the tenant's chain from its first seal, each seal with its entries, then the entries that are not sealed yet. Reads
 * bounded pages, each in a statement of its own: what is sealed does not change, so no snapshot need be held.
 *
 * Found: an entry altered, removed or inserted among sealed ones; an entry altered before it was sealed, unless its digest
 * was made anew; an entry at a position where all was sealed before, or of a transaction that has not begun; a seal altered,
 * replaced or removed, the last one included.
 *
 * Entries that a signed statement says were removed need not be there. It counts where a key that the witness trusts has signed
 * it, so nobody can make one with the database alone.
 *
 * Found by the witness's checkpoint, which was kept outside the database: the whole chain made anew from a seal before it on, its
 * head included; the end of the chain cut off together with its entries and the head. What came after the last checkpoint that
 * somebody kept can be made anew or cut off unseen.
 *
 * Not found: an entry removed before it was sealed; a false entry appended as a true one is.
 *
 * A database restored into another cluster counts transactions anew: let that cluster's counter start above the old one
 * (`pg_resetwal --next-transaction-id`, `--epoch`), or its new entries look inserted.
 */
export async function verifyChain(
  dataSource: DataSource,
  tenantId: string,
  witness: AuditWitness | null,
): Promise<AuditVerification> {
  const statements = await queryRows<{ statement: AuditRemoval }>(dataSource, queries.REMOVALS, [tenantId]);
  const removals = statements
    .map(({ statement }) => statement)
    .filter((removal) => witness && removal.tenantId === tenantId && isSignedRemoval(removal, witness.trusted));
  const walk = new ChainWalk(dataSource, tenantId, new RemovedPlaces(removals), witness?.checkpoint ?? null);
  const found = await walk.findFirstInvalid();
  const distrusted = statements.length - removals.length;
  return {
    valid: found === null,
    checkedEntries: walk.checkedEntries,
    sealedUpTo: walk.sealedUpTo,
    removedEntries: walk.removedEntries,
    removedUpTo: removals.reduce<string | null>((latest, { upTo }) => (latest !== null && latest > upTo ? latest : upTo), null),
    firstInvalid:
      found?.reason === REMOVED && distrusted > 0 ? { ...found, reason: `${REMOVED}; ${distrusted} ${UNTRUSTED}` } : found,
  };
}

class ChainWalk {
  checkedEntries = 0;
  removedEntries = 0;
  sealedUpTo: number | null = null;
  private sealNo = 0;
  private hash: Buffer = NO_HASH;
  private headEntryId: number | null = null;
  private xactId = LOWEST;
  private entryId = LOWEST;

  constructor(
    private readonly dataSource: DataSource,
    private readonly tenantId: string,
    private readonly removed: RemovedPlaces,
    private readonly checkpoint: AuditCheckpoint | null,
  ) {}

  async findFirstInvalid(): Promise<Finding | null> {
    const [start] = await this.query<queries.ChainStart>(queries.CHAIN_START);
    if (!start) throw new Error('Expected one row about the chain, but there is none');
    this.headEntryId = start.head_entry_id;
    const ofSeals = (await this.walkSeals(start.seal_no ?? 0)) ?? (await this.checkHead(start));
    return ofSeals ?? (await this.checkWitness()) ?? (await this.walkUnsealed(start));
  }

  private async walkSeals(lastSealNo: number): Promise<Finding | null> {
    while (this.sealNo < lastSealNo) {
      const page = await this.query<StoredSeal>(queries.SEALS_AFTER, this.sealNo, lastSealNo);
      if (page.length === 0) return this.atNextEntry(`Seal ${this.sealNo + 1} was removed`);
      const found = await this.checkPage(page);
      if (found) return found;
    }
    return null;
  }

  /** Follows the seals up to the first broken one; a changed entry before that one is the earlier finding. */
  private async checkPage(page: readonly StoredSeal[]): Promise<Finding | null> {
    const sound: StoredSeal[] = [];
    let { sealNo, hash } = this;
    let broken: string | null = null;
    for (const seal of page) {
      broken = findBrokenSeal(seal, sealNo, hash) ?? this.findReplaced(seal);
      if (broken !== null) break;
      sound.push(seal);
      ({ sealNo, hash } = seal);
    }
    const changed = await this.compareEntries(sound);
    return changed ?? (broken === null ? null : this.atNextEntry(broken));
  }

  private async compareEntries(seals: readonly StoredSeal[]): Promise<Finding | null> {
    const last = seals.at(-1);
    if (!last) return null;
    const all = seals.flatMap((seal) =>
      sealedEntries(seal).map((entry, place) => ({ ...entry, isRemoved: this.removed.has(seal.sealNo, place) })),
    );
    const sealed = all.filter(({ isRemoved }) => !isRemoved);
    const stored = await this.query<StoredEntry>(
      queries.ENTRIES_BETWEEN,
      this.xactId,
      this.entryId,
      last.lastXactId,
      last.lastEntryId,
      sealed.length + 1,
    );
    this.checkedEntries += stored.length;
    this.removedEntries += all.length - sealed.length;
    const changed = findChangedEntry(sealed, stored);
    if (changed) return changed;
    this.sealNo = last.sealNo;
    this.hash = last.hash;
    this.xactId = last.lastXactId;
    this.entryId = last.lastEntryId;
    this.sealedUpTo = Number(last.lastEntryId);
    return null;
  }

  private async checkHead(start: queries.ChainStart): Promise<Finding | null> {
    if ((start.newest_seal_no ?? 0) > this.sealNo) return this.atNextEntry('The head of the chain was removed or set back');
    if (start.hash && !start.hash.equals(this.hash))
      return this.atNextEntry(`Seal ${this.sealNo} or the head of the chain was replaced`);
    return null;
  }

  private findReplaced({ sealNo, hash }: StoredSeal): string | null {
    if (this.checkpoint?.sealNo !== sealNo || this.checkpoint.hash === hash.toString('hex')) return null;
    return `Seal ${sealNo} is not the one of the checkpoint: the chain was made anew`;
  }

  private async checkWitness(): Promise<Finding | null> {
    if (!this.checkpoint || this.checkpoint.sealNo <= this.sealNo) return null;
    const { sealNo, lastEntryId } = this.checkpoint;
    const reason = `The chain ends at seal ${this.sealNo}, before seal ${sealNo} of the checkpoint: its end was cut off`;
    return this.atNextEntry(reason, lastEntryId);
  }

  private async walkUnsealed(start: queries.ChainStart): Promise<Finding | null> {
    let at = 'infinity'; // After all entries at the last sealed position.
    for (;;) {
      const entries = await this.query<queries.UnsealedEntry>(
        queries.UNSEALED_AFTER,
        this.xactId,
        this.entryId,
        at,
        start.next_xact_id,
        start.sealed_xact_id,
        start.sealed_entry_id,
      );
      for (const entry of entries) {
        const reason = reasonAgainst(entry);
        if (reason !== null) return { id: Number(entry.id), reason };
        this.checkedEntries++;
      }
      const last = entries.at(-1);
      if (!last || entries.length < queries.ENTRY_PAGE) break;
      this.xactId = last.xact;
      this.entryId = String(last.id);
      at = last.instant;
    }
    if (start.entry_ahead === null) return null;
    return { id: start.entry_ahead, reason: 'The entry was inserted: it names a transaction that has not begun' };
  }

  /** The chain breaks here: the next entry is the first that nothing vouches for. Where none is left, the one that is named otherwise. */
  private async atNextEntry(reason: string, otherwise = this.headEntryId): Promise<Finding> {
    const [next] = await this.query<{ id: number }>(queries.FIRST_ENTRY_AFTER, this.xactId, this.entryId);
    return { id: next?.id ?? otherwise ?? this.sealedUpTo ?? 0, reason };
  }

  private query<Row>(text: string, ...parameters: unknown[]): Promise<Row[]> {
    return queryRows<Row>(this.dataSource, text, [this.tenantId, ...parameters]);
  }
}

function reasonAgainst(entry: queries.UnsealedEntry): string | null {
  if (entry.is_behind === true) return 'The entry is in no seal, though later ones are: it was inserted';
  return isUnchanged(entry) ? null : 'The entry was altered before it was sealed';
}
