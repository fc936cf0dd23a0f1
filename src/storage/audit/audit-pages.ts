import type { AuditRow } from './audit-columns.js';

/** Most entries that are read at once. */
const PAGE = 2_000;
/** About how many characters of them are held at once: a single entry may be as large as an instance's variables. */
const PAGE_LENGTH = 4 * 1024 * 1024;

/** Up to `limit` entries after the last one that was read, in order. */
export type ReadEntries<Row extends AuditRow> = (after: Row | undefined, limit: number) => Promise<Row[]>;

/** Reads entries page after page, each as large as the entries before let hope that memory allows. */
export class EntryPages {
  private limit = 1;

  /** All of them; the next page is read while this one is written out. May be asked again for others, one reading at a time. */
  async *read<Row extends AuditRow>(read: ReadEntries<Row>): AsyncGenerator<readonly Row[]> {
    let limit = this.limit;
    let rows = await read(undefined, limit);
    while (rows.length === limit) {
      limit = this.limit = nextLimit(limit, rows);
      const following = read(rows.at(-1), limit);
      following.catch(() => undefined); // Thrown below, where whoever asked still listens.
      yield rows;
      rows = await following;
    }
    if (rows.length === 0) return;
    this.limit = nextLimit(limit, rows);
    yield rows;
  }
}

/** At most eight times as many as before, as nothing is known of those that come. */
function nextLimit(limit: number, rows: readonly AuditRow[]): number {
  const length = rows.reduce((sum, row) => sum + lengthOf(row), 0);
  return Math.max(1, Math.min(PAGE, limit * 8, Math.floor(PAGE_LENGTH / (length / rows.length))));
}

/** All but these fields are short. */
function lengthOf({ changes, detail, comment }: AuditRow): number {
  return 500 + textLength(changes) + textLength(detail) + textLength(comment);
}

function textLength(value: string | number | null): number {
  return typeof value === 'string' ? value.length : 0;
}
