import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { PgAuditStore } from '../../src/storage/audit/audit-store.js';
import { HotPool } from '../../src/storage/connection/hot-pool.js';
import { auditStatements } from '../../src/storage/audit/write-audit.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { auditEntry } from './audit-entry.js';

/** Text that is hard to keep. */
const strange = auditEntry({
  actor: { type: 'user', id: 'b\u0000b', claimed: 'half \ud800 pair' },
  comment: 'NUL \u0000, half \udfff, emoji 😀, "quotes"',
  changes: [{ path: '/a', before: 'x\u0000\ud800', after: 1e-7 }],
  durationMs: 0.1 + 0.2,
  detail: { nested: { list: [1, 'ü', null] } },
});

export function idOf(entries: readonly AuditEntry[], index: number): number {
  return entries[index]?.id ?? -1;
}

/** The store on a database of its own, and a superuser's connection whose triggers are off. */
export class AuditFixture {
  private constructor(
    private readonly database: TestDatabase,
    private readonly hot: HotPool,
    readonly dataSource: DataSource,
    private readonly attacker: pg.Client,
    readonly store: PgAuditStore,
  ) {}

  static async open(): Promise<AuditFixture> {
    const database = await createTestDatabase();
    const hot = new HotPool(database.url);
    const dataSource = await createDataSource(database.url).initialize();
    const attacker = new pg.Client({ connectionString: database.url });
    await attacker.connect();
    await attacker.query('SET session_replication_role = replica');
    return new AuditFixture(database, hot, dataSource, attacker, new PgAuditStore(hot, dataSource));
  }

  /** Appends each in a transaction of its own. */
  async append(...entries: AuditEntry[]): Promise<AuditEntry[]> {
    for (const entry of entries) await this.store.append([entry]);
    return entries;
  }

  /** Seals so many entries with one seal, once no older transaction runs: those of other databases of the server count, too. */
  async seal(count: number): Promise<void> {
    const sealable =
      'SELECT coalesce(max(xact_id)::text::xid8 < pg_snapshot_xmin(pg_current_snapshot()), true) AS now FROM audit_entry';
    const deadline = Date.now() + 10_000;
    while (!(await this.attacker.query<{ now: boolean }>(sealable)).rows[0]?.now)
      if (Date.now() > deadline) throw new Error('Expected older transactions to end within 10 s');
    const sealed = await this.store.seal();
    if (sealed !== count) throw new Error(`Expected to seal ${count} entries, but sealed ${sealed}`);
  }

  /** Five entries in three seals: 1, then 2 and 3, then 4 and 5. */
  async sealFive(): Promise<AuditEntry[]> {
    const entries = [auditEntry(), strange, auditEntry(), auditEntry({ instanceGuid: null }), auditEntry()];
    const [first, ...others] = entries;
    await this.append(...(first ? [first] : []));
    await this.seal(1);
    await this.append(...others.slice(0, 2));
    await this.seal(2);
    await this.append(...others.slice(2));
    await this.seal(2);
    return entries;
  }

  async findInvalid(): Promise<{ id: number; reason: string } | null> {
    const { valid, firstInvalid } = await this.store.verify('default');
    if (valid !== (firstInvalid === null)) throw new Error(`Expected one finding where the trail is not valid: ${String(valid)}`);
    return firstInvalid;
  }

  /** With its true digest, at a position of our choice. */
  async insertAt(xactId: string, entry: AuditEntry): Promise<void> {
    for (const { text, values } of auditStatements([entry])) {
      const withPosition = text.replace('detail, digest)', 'detail, digest, xact_id)').replace('SELECT *', `SELECT *, ${xactId}`);
      await this.tamper(withPosition, ...values);
    }
  }

  async tamper(statement: string, ...parameters: unknown[]): Promise<void> {
    const { rowCount } = await this.attacker.query(statement, parameters);
    if (rowCount === 0) throw new Error(`Expected to change something, but did not: ${statement}`);
  }

  /** Another session of an ordinary client. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    await this.attacker.end();
    await this.dataSource.destroy();
    await this.hot.close();
    await this.database.drop();
  }
}
