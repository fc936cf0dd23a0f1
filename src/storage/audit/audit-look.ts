import type { DataSource, EntityManager } from 'typeorm';
import type { AuditFilter, AuditTrailPage } from '../../application/ports/stores.js';
import { sqlStateOf } from '../connection/storage-error.js';
import { decodeCursor, encodeCursor, instantOf } from '../readers/page-cursor.js';
import { inTransaction, queryRows } from '../readers/people-query.js';
import type { SqlCondition } from '../readers/sql-condition.js';
import { AUDIT_COLUMNS, entryOfRow, positionOf, type AuditPosition, type AuditRow } from './audit-columns.js';
import { compileAuditFilter } from './audit-filter.js';

/** How far a look goes before it says how far it was. */
export interface LookLimits {
  /** How long all of the trail may be looked through at once, in ms. */
  readonly wholeMs: number;
  /** Where that was not enough: for how long, in ms, it is then looked through piece by piece. */
  readonly piecesMs: number;
  /** The same for text, which no index helps to find: there is nothing before it. */
  readonly textMs: number;
  /** Entries of a piece. */
  readonly piece: number;
}

/** A piece takes 20 to 30 ms, so a page comes in less than 200 ms. */
const LIMITS: LookLimits = { wholeMs: 100, piecesMs: 50, textMs: 120, piece: 15_000 };
/** SQLSTATE of a statement that took too long. */
const CANCELLED = '57014';

/** Where a look begins and how much it wants. */
export interface Look {
  readonly tenantId: string;
  readonly filter: AuditFilter;
  readonly pageSize: number;
  /** Of an earlier page; null: the newest entry. */
  readonly cursor: string | null;
}

/**
 * A page of the trail, newest first, in less than 200 ms however long the trail is. Most filters have an index of their own, but
 * what is rare in their combination, or a text, may need all entries to be looked at: then the page has what the newest of
 * them hold, and says how far that was.
 *
 * @throws RangeError where the cursor is none
 */
export async function lookBack(dataSource: DataSource, look: Look, limits: LookLimits = LIMITS): Promise<AuditTrailPage> {
  const from = look.cursor === null ? null : positionOfCursor(look.cursor);
  if (isTextOnly(look.filter)) return lookByPieces(dataSource, look, from, limits.textMs, limits.piece);
  try {
    const rows = await inTransaction(dataSource, async (manager) => {
      await queryRows(manager, `SET LOCAL statement_timeout = ${limits.wholeMs}`, []);
      return newest(manager, look, look.pageSize + 1, from, null);
    });
    return pageOf(rows, look.pageSize, null);
  } catch (error) {
    if (sqlStateOf(error) !== CANCELLED) throw error;
    return lookByPieces(dataSource, look, from, limits.piecesMs, limits.piece);
  }
}

/** At least one piece, as many as the time allows. */
async function lookByPieces(
  dataSource: DataSource,
  look: Look,
  from: AuditPosition | null,
  budgetMs: number,
  piece: number,
): Promise<AuditTrailPage> {
  const until = performance.now() + budgetMs;
  const rows: AuditRow[] = [];
  let position = from;
  do {
    const end = await endOfPiece(dataSource, look, position, piece);
    rows.push(...(await newest(dataSource, look, look.pageSize + 1 - rows.length, position, end)));
    if (end === null || rows.length > look.pageSize) return pageOf(rows, look.pageSize, null);
    position = end;
  } while (performance.now() < until);
  return pageOf(rows, look.pageSize, position);
}

/** @param reached where looking ended although there is more; null where the rows are all, or more than a page */
function pageOf(rows: readonly AuditRow[], pageSize: number, reached: AuditPosition | null): AuditTrailPage {
  const items = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? items.at(-1) : undefined;
  const next = last ? positionOf(last) : reached;
  return {
    items: items.map(entryOfRow),
    nextCursor: next && encodeCursor(next),
    searchedBackTo: reached && new Date(reached[0] / 1_000).toISOString(),
  };
}

/** The newest entries that match, before one position (exclusive) and not before the other. */
async function newest(
  source: DataSource | EntityManager,
  { tenantId, filter }: Look,
  limit: number,
  before: AuditPosition | null,
  notBefore: AuditPosition | null,
): Promise<AuditRow[]> {
  const condition = compileAuditFilter(tenantId, { ...filter, actor: undefined });
  bound(condition, before, notBefore);
  const { actor } = filter;
  const order = `ORDER BY at DESC, id DESC LIMIT ${condition.bind(limit)}`;
  const select = (further = ''): string =>
    `SELECT ${AUDIT_COLUMNS}, at FROM audit_entry WHERE ${condition.text}${further} ${order}`;
  if (actor === undefined) return queryRows<AuditRow>(source, select(), condition.parameters);
  // Each half has its index; of a condition with OR the database takes it that the newest entries will do.
  const name = condition.bind(actor);
  const halves = [`AND actor_id = ${name}`, `AND actor_claimed = ${name} AND actor_id <> ${name}`].map(
    (half) => `(${select(` ${half}`)})`,
  );
  return queryRows<AuditRow>(source, `SELECT * FROM (${halves.join(' UNION ALL ')}) AS found ${order}`, condition.parameters);
}

/** The last entry of the piece that begins there, whatever it says; null where the piece is the last one. */
async function endOfPiece(
  source: DataSource,
  look: Look,
  before: AuditPosition | null,
  piece: number,
): Promise<AuditPosition | null> {
  const { from, to } = look.filter;
  const condition = compileAuditFilter(look.tenantId, { from, to });
  bound(condition, before, null);
  const [row] = await queryRows<Pick<AuditRow, 'at_ms' | 'id'>>(
    source,
    `SELECT (extract(epoch FROM at) * 1000)::float8 AS at_ms, id FROM audit_entry WHERE ${condition.text}
     ORDER BY at DESC, id DESC OFFSET ${piece - 1} LIMIT 1`,
    condition.parameters,
  );
  return row ? positionOf(row) : null;
}

/** The instants once more by themselves: by them the database knows which weeks it need not look into. */
function bound(condition: SqlCondition, before: AuditPosition | null, notBefore: AuditPosition | null): void {
  if (before) {
    const at = instantOf(condition.bind(before[0]));
    condition.and(`at <= ${at} AND (at, id) < (${at}, ${condition.bind(before[1])}::bigint)`);
  }
  if (notBefore) {
    const at = instantOf(condition.bind(notBefore[0]));
    condition.and(`at >= ${at} AND (at, id) >= (${at}, ${condition.bind(notBefore[1])}::bigint)`);
  }
}

function positionOfCursor(cursor: string): AuditPosition {
  const { at, id } = decodeCursor(cursor, 'at', 'id');
  return [at, id];
}

const KEYS = ['instanceGuid', 'actor', 'action', 'outcome', 'taskId', 'processKey'] as const;

/** Nothing but the text, and perhaps the time, says which entries are meant. */
function isTextOnly(filter: AuditFilter): boolean {
  return filter.text !== undefined && KEYS.every((key) => filter[key] === undefined);
}
