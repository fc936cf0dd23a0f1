import { beforeAll, describe, expect, it } from '@jest/globals';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
import { besides, insertVisit, LOCK_AWAITED, partitionsOf, timed } from './history-sessions.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();
let partitions: PgHistoryPartitions;
beforeAll(() => {
  partitions = new PgHistoryPartitions(database.dataSource);
});

const at = (instant: string) => Date.parse(instant);

describe('dropping weeks of visits', () => {
  it('drops those that are over and empty, and no others', async () => {
    await partitions.make(at('2026-01-05T00:00:00Z'), 3);
    await insertVisit(database.dataSource, 6, '2026-01-14T00:00:00Z');

    const dropped = await partitions.dropEmpty(at('2026-01-27T00:00:00Z'));

    expect(dropped).toEqual([
      'activity_2026w02',
      'variable_write_2026w02',
      'variable_write_2026w03',
      'activity_2026w04',
      'variable_write_2026w04',
    ]);
    const left = await partitionsOf(database.dataSource, 'activity');
    expect(left).toHaveProperty('activity_2026w03');
    expect(left).toHaveProperty('activity_2026w05');
    expect(left).toHaveProperty('activity_default');
    expect(await partitionsOf(database.dataSource, 'audit_entry')).toHaveProperty('audit_entry_2026w02');
  });

  it('gives up while another session uses the partition, and comes again', async () => {
    await partitions.make(at('2025-03-03T00:00:00Z'), 0);
    const limit = at('2025-03-10T00:00:00Z');

    const meanwhile = await besides(
      database.dataSource,
      (session) => session.query('SELECT FROM activity_2025w10'),
      () => partitions.dropEmpty(limit),
    );

    expect(meanwhile).toEqual([]);
    expect(await partitions.dropEmpty(limit)).toEqual(['activity_2025w10', 'variable_write_2025w10']);
  });

  it('ends at the first week that others hold, so that steps wait for a moment only', async () => {
    await partitions.make(at('2024-01-01T00:00:00Z'), 7);
    await partitions.make(at('2027-05-03T00:00:00Z'), 0);
    const limit = at('2024-03-01T00:00:00Z');

    const took: number[] = [];
    for (let round = 0; round < 3; round++) {
      const [partition, [meanwhile, tookMs]] = await besides(
        database.dataSource,
        (session) => session.query('SELECT FROM activity LIMIT 1'),
        async (session) => {
          const dropping = timed(() => partitions.dropEmpty(limit));
          await session.query(LOCK_AWAITED);
          return [await insertVisit(database.dataSource, 80 + round, '2027-05-04T00:00:00Z'), await dropping] as const;
        },
      );
      expect(partition).toBe('activity_2027w18');
      expect(meanwhile).toEqual([]);
      took.push(tookMs);
    }
    // Eight waits would take 800 ms each time.
    expect(Math.min(...took)).toBeLessThan(700);
    expect(await partitions.dropEmpty(limit)).toHaveLength(2 * 8);
  });

  it('holds up no step of another week while it waits for a late writer', async () => {
    await partitions.make(at('2023-01-02T00:00:00Z'), 0);
    await partitions.make(at('2027-05-03T00:00:00Z'), 0);
    const limit = at('2023-01-09T00:00:00Z');

    await besides(
      database.dataSource,
      (session) => insertVisit(session, 9, '2023-01-03T00:00:00Z'),
      async (session) => {
        const dropping = partitions.dropEmpty(limit);
        await session.query(LOCK_AWAITED);
        const partition = await besides(
          database.dataSource,
          (step) => step.query(`SET LOCAL lock_timeout = '5ms'`),
          (step) => insertVisit(step, 9, '2027-05-04T00:00:00Z'),
        );
        expect(partition).toBe('activity_2027w18');
        expect(await dropping).toEqual([]);
      },
    );
    expect(await partitions.dropEmpty(limit)).toEqual(['activity_2023w01', 'variable_write_2023w01']);
  });

  it('keeps one into which a visit came at the last moment', async () => {
    await partitions.make(at('2025-06-02T00:00:00Z'), 0);

    const dropped = await besides(
      database.dataSource,
      (session) => insertVisit(session, 7, '2025-06-03T00:00:00Z'),
      async (session) => {
        const dropping = partitions.dropEmpty(at('2025-06-09T00:00:00Z'));
        await session.query(`${LOCK_AWAITED}; COMMIT`);
        return dropping;
      },
    );

    expect(dropped).toEqual(['variable_write_2025w23']);
    expect(await partitionsOf(database.dataSource, 'activity')).toHaveProperty('activity_2025w23');
  });
});
