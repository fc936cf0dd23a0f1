import { beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgAuditStore } from '../../src/storage/audit/audit-store.js';
import { HotPool } from '../../src/storage/connection/hot-pool.js';
import { prepareDatabase } from '../../src/storage/prepare-database.js';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
import { auditEntry } from './audit-entry.js';
import { besides, insertVisit, LOCK_AWAITED, partitionsOf, timed } from './history-sessions.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();
let partitions: PgHistoryPartitions;
beforeAll(() => {
  partitions = new PgHistoryPartitions(database.dataSource);
});

const at = (instant: string) => Date.parse(instant);

/** While `work` runs, a statement that begins with `tag` and has `text` in it sleeps first. */
async function slowedDown<T>(tag: string, text: string, seconds: number, work: () => Promise<T>): Promise<T> {
  await database.dataSource.query(`
    CREATE FUNCTION slow_down() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF position('${text}' IN current_query()) > 0 THEN PERFORM pg_sleep(${seconds}); END IF; END $$;
    CREATE EVENT TRIGGER slow_down ON ddl_command_start WHEN TAG IN ('${tag}') EXECUTE FUNCTION slow_down()`);
  try {
    return await work();
  } finally {
    await database.dataSource.query('DROP EVENT TRIGGER slow_down; DROP FUNCTION slow_down');
  }
}

describe('making partitions', () => {
  it('makes the week and those ahead, by two nodes at once, each once', async () => {
    const other = await createDataSource(database.url).initialize();
    const nodes = [partitions, new PgHistoryPartitions(other)];

    const outcomes = await Promise.all(nodes.map((node) => node.make(at('2026-11-25T10:00:00Z'), 2)));
    await other.destroy();

    const weeks = ['2026w48', '2026w49', '2026w50'];
    const names = ['activity', 'audit_entry', 'variable_write'].flatMap((table) => weeks.map((week) => `${table}_${week}`));
    expect(outcomes.flatMap(({ made }) => made).sort()).toEqual(names);
    expect(outcomes.flatMap(({ leftToDefault, busy }) => [...leftToDefault, ...busy])).toEqual([]);
    expect(Object.keys(await partitionsOf(database.dataSource, 'audit_entry')).sort()).toEqual([
      ...weeks.map((week) => `audit_entry_${week}`),
      'audit_entry_default',
    ]);
    expect(await insertVisit(database.dataSource, 1, '2026-11-29T23:59:59.999Z')).toBe('activity_2026w48');
    expect(await insertVisit(database.dataSource, 1, '2026-11-30T00:00:00.000Z')).toBe('activity_2026w49');
    expect(await insertVisit(database.dataSource, 1, '2030-01-01T00:00:00.000Z')).toBe('activity_default');
  });

  it('does nothing where all is there', async () => {
    await partitions.make(at('2027-02-01T00:00:00Z'), 0);

    expect(await partitions.make(at('2027-02-07T23:00:00Z'), 0)).toEqual({
      made: [],
      leftToDefault: [],
      busy: [],
      tookTooLong: [],
    });
  });

  it('leaves a week to the default partition that has rows of it', async () => {
    await insertVisit(database.dataSource, 2, '2027-03-02T00:00:00Z');

    const outcome = await partitions.make(at('2027-02-25T00:00:00Z'), 2);

    expect(outcome).toMatchObject({ leftToDefault: ['activity_2027w09'], busy: [] });
    expect(outcome.made).toContain('activity_2027w10');
    expect(outcome.made).toContain('audit_entry_2027w09');
    expect(await insertVisit(database.dataSource, 3, '2027-03-03T00:00:00Z')).toBe('activity_default');
  });

  it('leaves it too where the row is committed while the partition is being attached', async () => {
    const outcome = await besides(
      database.dataSource,
      (session) => insertVisit(session, 4, '2027-04-07T00:00:00Z'),
      async (session) => {
        const making = partitions.make(at('2027-04-07T00:00:00Z'), 0);
        await session.query(`${LOCK_AWAITED}; COMMIT`);
        return making;
      },
    );

    expect(outcome).toMatchObject({
      made: ['variable_write_2027w14', 'audit_entry_2027w14'],
      leftToDefault: ['activity_2027w14'],
      busy: [],
    });
  });

  it('gives up soon while others hold the default partition, holds up no other week, and comes again', async () => {
    await partitions.make(at('2027-05-03T00:00:00Z'), 0);

    const weeks = ['w19', 'w20', 'w21', 'w22', 'w23', 'w24', 'w25', 'w26'].map((week) => `activity_2027${week}`);
    const took: number[] = [];
    for (let round = 0; round < 3; round++) {
      const [written, [outcome, tookMs]] = await besides(
        database.dataSource,
        (session) => session.query('LOCK TABLE activity_default IN ROW EXCLUSIVE MODE'),
        async (session) => {
          const making = timed(() => partitions.make(at('2027-05-10T00:00:00Z'), 7));
          await session.query(LOCK_AWAITED);
          return [await insertVisit(database.dataSource, 50 + round, '2027-05-04T00:00:00Z'), await making] as const;
        },
      );
      expect(written).toBe('activity_2027w18');
      expect(outcome.busy).toEqual(weeks);
      expect(outcome.made).toHaveLength(round === 0 ? 2 * 8 : 0);
      took.push(tookMs);
    }
    // Eight waits would take 800 ms each time.
    expect(Math.min(...took)).toBeLessThan(700);
    expect((await partitions.make(at('2027-05-10T00:00:00Z'), 7)).made).toEqual(weeks);
  });

  it.each([
    ['CREATE TABLE', 'CREATE TABLE activity_2028w23'],
    ['ALTER TABLE', 'ATTACH PARTITION activity_2028w23'],
  ])('leaves a table after the first week that takes too long: %s', async (tag, text) => {
    const [outcome, tookMs] = await timed(() => slowedDown(tag, text, 30, () => partitions.make(at('2028-05-29T00:00:00Z'), 3)));

    expect(outcome).toMatchObject({
      leftToDefault: [],
      busy: [],
      tookTooLong: ['activity_2028w23', 'activity_2028w24', 'activity_2028w25'],
    });
    expect(tookMs).toBeLessThan(3_000);
  });

  it('begins no other week when it has been at it for three seconds', async () => {
    const [outcome, tookMs] = await timed(() =>
      slowedDown('CREATE TABLE', '_2029w', 0.7, () => partitions.make(at('2029-01-01T00:00:00Z'), 9)),
    );

    expect(outcome.made.length).toBeGreaterThan(0);
    expect(outcome.made.length).toBeLessThan(10);
    expect([...outcome.made, ...outcome.tookTooLong]).toHaveLength(3 * 10);
    expect(tookMs).toBeLessThan(6_000);
  });
});

describe('a partition of the audit trail', () => {
  it.each(['UPDATE %s SET comment = $$altered$$', 'DELETE FROM %s', 'TRUNCATE %s'])('refuses %s', async (statement) => {
    await partitions.make(at('2026-11-25T10:00:00Z'), 0);

    for (const table of ['audit_entry_2026w48', 'audit_entry'])
      await expect(database.dataSource.query(statement.replace('%s', table))).rejects.toThrow(/is append-only: \w+ is refused/);
  });

  it('has the indexes and the constraints of the first', async () => {
    await partitions.make(at('2026-11-25T10:00:00Z'), 0);
    const shapeOf = (table: string) =>
      database.dataSource.query<unknown[]>(
        `SELECT replace(pg_get_indexdef(indexrelid), $1, 'audit_entry') AS definition, indisprimary, (SELECT count(*) FROM pg_inherits WHERE inhrelid = indexrelid) AS attached
         FROM pg_index WHERE indrelid = $1::regclass ORDER BY indisprimary, indkey::text`,
        [table],
      );
    const columnsOf = (rows: unknown[]) => JSON.stringify(rows).replaceAll(/INDEX \S+ ON/g, 'INDEX ON');

    expect(columnsOf(await shapeOf('audit_entry_2026w48'))).toBe(columnsOf(await shapeOf('audit_entry_default')));
  });

  it('is read and sealed with the others', async () => {
    await partitions.make(at('2026-11-25T10:00:00Z'), 1);
    const pool = new HotPool(database.url);
    const audit = new PgAuditStore(pool, database.dataSource);
    const instants = ['2026-11-26T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'];
    await audit.append(instants.map((instant, i) => auditEntry({ id: 900 + i, tenantId: 'weeks', at: instant })));

    const { items } = await audit.query('weeks', {}, 10, null);
    const verified = await audit.verify('weeks');
    await pool.close();

    expect(items.map((entry) => entry.at)).toEqual([...instants].reverse());
    expect(verified).toMatchObject({ valid: true, checkedEntries: 3 });
  });
});

it('works for a role that merely owns its database', async () => {
  const role = `reprise_owner_${process.pid}`;
  await database.dataSource.query(`CREATE ROLE ${role} LOGIN PASSWORD 'owner'`);
  await database.dataSource.query(`CREATE DATABASE ${role} OWNER ${role}`);
  const url = Object.assign(new URL(database.url), { username: role, password: 'owner', pathname: `/${role}` }).href;
  await prepareDatabase(url, () => undefined);
  const dataSource = await createDataSource(url).initialize();
  const owned = new PgHistoryPartitions(dataSource);

  const { made } = await owned.make(at('2026-11-25T10:00:00Z'), 0);
  const dropped = await owned.dropEmpty(at('2026-12-01T00:00:00Z'));

  expect(made).toEqual(['activity_2026w48', 'variable_write_2026w48', 'audit_entry_2026w48']);
  expect(dropped).toEqual(['activity_2026w48', 'variable_write_2026w48']);
  await dataSource.destroy();
  await database.dataSource.query(`DROP DATABASE ${role} WITH (FORCE)`);
  await database.dataSource.query(`DROP ROLE ${role}`);
}, 30_000);
