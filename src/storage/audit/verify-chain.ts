import type { DataSource } from 'typeorm';
import type { AuditVerification } from '../../application/ports/stores.js';
import { findBrokenSeal, NO_HASH, sealedEntries, type StoredSeal } from '../../audit-proof/seals.js';
import { queryRows } from '../readers/people-query.js';
import { findChangedEntry, isUnchanged, type Finding, type StoredEntry } from './chain-checks.js';
import * as queries from './chain-queries.js';

/** Before every position that the database can hold. */
const LOWEST = '-9223372036854775808';

/**
 * Walks the tenant's chain from its first seal, each seal with its entries, then the entries that are not sealed yet. Reads
 * bounded pages, each in a statement of its own: what is sealed does not change, so no snapshot need be held.
 *
 * Found: an entry altered, removed or inserted among sealed ones; an entry altered before it was sealed, unless its digest
 * was made anew; an entry at a position where all was sealed before, or of a transaction that has not begun; a seal altered,
 * replaced or removed, the last one included.
 *
 * Not found, for want of a witness outside the database: the whole chain made anew from some seal on, its head included; the
 * end of the chain cut off together with its entries and the head; an entry removed before it was sealed; a false entry
 * appended as a true one is. Whoever keeps `sealedUpTo` of earlier answers elsewhere notices the second.
 *
 * A database restored into another cluster counts transactions anew: let that cluster's counter start above the old one
 * (`pg_resetwal --next-transaction-id`, `--epoch`), or its new entries look inserted.
 */
export async function verifyChain(dataSource: DataSource, tenantId: string): Promise<AuditVerification> {
  const walk = new ChainWalk(dataSource, tenantId);
  const found = await walk.findFirstInvalid();
  return {
    valid: found === null,
    checkedEntries: walk.checkedEntries,
    sealedUpTo: walk.sealedUpTo,
    firstInvalid: found,
  };
}

class ChainWalk {
  checkedEntries = 0;
  sealedUpTo: number | null = null;
  private sealNo = 0;
  private hash: Buffer = NO_HASH;
  private headEntryId: number | null = null;
  private xactId = LOWEST;
  private entryId = LOWEST;

  constructor(
    private readonly dataSource: DataSource,
    private readonly tenantId: string,
  ) {}

  async findFirstInvalid(): Promise<Finding | null> {
    const [start] = await this.query<queries.ChainStart>(queries.CHAIN_START);
    if (!start) throw new Error('Expected one row about the chain, but there is none');
    this.headEntryId = start.head_entry_id;
    return (await this.walkSeals(start.seal_no ?? 0)) ?? (await this.checkHead(start)) ?? (await this.walkUnsealed(start));
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
      broken = findBrokenSeal(seal, sealNo, hash);
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
    const sealed = seals.flatMap(sealedEntries);
    const stored = await this.query<StoredEntry>(
      queries.ENTRIES_BETWEEN,
      this.xactId,
      this.entryId,
      last.lastXactId,
      last.lastEntryId,
      sealed.length + 1,
    );
    this.checkedEntries += stored.length;
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

  /** The chain breaks here: the next entry is the first that nothing vouches for. Where none is left, the one that the head names. */
  private async atNextEntry(reason: string): Promise<Finding> {
    const [next] = await this.query<{ id: number }>(queries.FIRST_ENTRY_AFTER, this.xactId, this.entryId);
    return { id: next?.id ?? this.headEntryId ?? this.sealedUpTo ?? 0, reason };
  }

  private query<Row>(text: string, ...parameters: unknown[]): Promise<Row[]> {
    return queryRows<Row>(this.dataSource, text, [this.tenantId, ...parameters]);
  }
}

function reasonAgainst(entry: queries.UnsealedEntry): string | null {
  if (entry.is_behind === true) return 'The entry is in no seal, though later ones are: it was inserted';
  return isUnchanged(entry) ? null : 'The entry was altered before it was sealed';
}
