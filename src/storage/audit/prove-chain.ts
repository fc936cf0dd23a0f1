import type { DataSource } from 'typeorm';
import type { ProofPart } from '../../application/ports/audit-chain.js';
import type { AuditFilter } from '../../application/ports/stores.js';
import type { VouchedSeal } from '../../audit-proof/checkpoint.js';
import { findBrokenSeal, NO_HASH, type StoredSeal } from '../../audit-proof/seals.js';
import type { AuditRemoval } from '../../contract/audit-checkpoint.js';
import { queryRows } from '../readers/people-query.js';
import { AUDIT_COLUMNS, entryOfRow, type AuditRow } from './audit-columns.js';
import { compileAuditFilter } from './audit-filter.js';
import { EntryPages } from './audit-pages.js';
import { LOWEST, REMOVALS, SEALS_AFTER } from './chain-queries.js';

interface PlacedRow extends AuditRow {
  readonly xact: string;
}

/** A position in the order of sealing. */
type Place = readonly [xactId: string, entryId: string];

/**
 * The chain up to a seal, each seal before those of its entries that match; without a filter every seal. It reads pages of seals,
 * and of each page the entries at its positions, so memory holds a page of each.
 */
export async function* proveChain(
  dataSource: DataSource,
  tenantId: string,
  upTo: VouchedSeal,
  filter: AuditFilter | null,
): AsyncGenerator<ProofPart> {
  const removals = await queryRows<{ statement: AuditRemoval }>(dataSource, REMOVALS, [tenantId]);
  for (const { statement } of removals) yield { kind: 'removal', removal: statement };
  const pages = new EntryPages();
  const told = new ToldSeals(filter === null);
  let before: { sealNo: number; hash: Buffer } = { sealNo: 0, hash: NO_HASH };
  let place: Place = [LOWEST, LOWEST];
  while (before.sealNo < upTo.sealNo) {
    const page = await queryRows<StoredSeal>(dataSource, SEALS_AFTER, [tenantId, before.sealNo, upTo.sealNo]);
    const { sound, broken } = follow(page, before);
    const last = sound.at(-1);
    if (last) {
      const rows = pages.read<PlacedRow>((after, limit) => {
        const from: Place = after ? [after.xact, String(after.id)] : place;
        return readBetween(dataSource, tenantId, filter ?? {}, from, [last.lastXactId, last.lastEntryId], limit);
      });
      yield* told.tell(sound, rows);
      place = [last.lastXactId, last.lastEntryId];
      before = last;
    }
    if (broken === null) continue;
    yield { kind: 'broken', reason: broken };
    return;
  }
}

function follow(
  page: readonly StoredSeal[],
  before: { sealNo: number; hash: Buffer },
): { sound: StoredSeal[]; broken: string | null } {
  const sound: StoredSeal[] = [];
  let { sealNo, hash } = before;
  for (const seal of page) {
    const broken = findBrokenSeal(seal, sealNo, hash);
    if (broken !== null) return { sound, broken };
    sound.push(seal);
    ({ sealNo, hash } = seal);
  }
  return { sound, broken: page.length === 0 ? `Seal ${sealNo + 1} was removed` : null };
}

/** Positions after one, up to the other. Where nothing else is asked for, their index gives the order. */
function readBetween(
  dataSource: DataSource,
  tenantId: string,
  filter: AuditFilter,
  from: Place,
  upTo: Place,
  limit: number,
): Promise<PlacedRow[]> {
  const condition = compileAuditFilter(tenantId, filter);
  const bound = ([xactId, entryId]: Place): string => `(${condition.bind(xactId)}::bigint, ${condition.bind(entryId)}::bigint)`;
  condition.and(`(xact_id, id) > ${bound(from)} AND (xact_id, id) <= ${bound(upTo)}`);
  return queryRows<PlacedRow>(
    dataSource,
    `SELECT ${AUDIT_COLUMNS}, xact_id::text AS xact FROM audit_entry WHERE ${condition.text} ORDER BY xact_id, id LIMIT ${limit}`,
    condition.parameters,
  );
}

/** Puts each entry behind its seal. */
class ToldSeals {
  private last: StoredSeal | null = null;

  constructor(private readonly isWhole: boolean) {}

  async *tell(seals: readonly StoredSeal[], pages: AsyncIterable<readonly PlacedRow[]>): AsyncGenerator<ProofPart> {
    const sealOf = new Map(seals.flatMap((seal, index) => seal.entryIds.map((id) => [id, index] as const)));
    let open = -1;
    for await (const rows of pages) {
      let ofSeal: AuditRow[] = [];
      for (const row of rows) {
        // What is in no seal stands where it was found: who checks the export will see it.
        const index = sealOf.get(Number(row.id)) ?? Math.max(open, 0);
        if (index > open) {
          yield* entriesOf(ofSeal);
          ofSeal = [];
          yield* this.open(seals, this.isWhole ? open + 1 : index, index);
          open = index;
        }
        ofSeal.push(row);
      }
      yield* entriesOf(ofSeal);
    }
    if (this.isWhole) yield* this.open(seals, open + 1, seals.length - 1);
  }

  private *open(seals: readonly StoredSeal[], from: number, to: number): Generator<ProofPart> {
    for (const seal of seals.slice(from, to + 1)) {
      if (this.last && this.last.sealNo + 1 !== seal.sealNo) yield { kind: 'gap', after: this.last };
      yield { kind: 'seal', seal };
      this.last = seal;
    }
  }
}

function* entriesOf(rows: readonly AuditRow[]): Generator<ProofPart> {
  if (rows.length > 0) yield { kind: 'entries', entries: rows.map(entryOfRow) };
}
