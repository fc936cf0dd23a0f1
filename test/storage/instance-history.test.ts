import { beforeAll, describe, expect, it } from '@jest/globals';
import { PgInstanceReader } from '../../src/storage/readers/instance-reader.js';
import { insertInstance, type InstanceFields } from './instance-row.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();
let reader: PgInstanceReader;

beforeAll(() => {
  reader = new PgInstanceReader(database.dataSource);
});

function insert(fields: Partial<InstanceFields>): Promise<string> {
  return insertInstance(database.dataSource, fields);
}

const of = (id: number) => ({ id, startedAt: Date.parse('2026-01-01T00:00:00Z') });

describe('history', () => {
  it('gives ended visits in order, from where the reader was', async () => {
    await insertInstanceHistory(7, [
      [2, 'Task_A', 'completed', 1],
      [4, 'Task_B', 'skipped', 2],
      [3, 'Task_C', 'terminated', 3],
      [1, 'Start', 'completed', 4],
    ]);

    expect(await reader.endedActivities(of(7), 1, 2)).toEqual([
      {
        sequence: 2,
        elementId: 'Task_A',
        elementType: 'serviceTask',
        status: 'completed',
        scopeElementInstanceId: null,
        takenFlowIds: ['Flow_1'],
        attempts: 1,
        startedAt: expect.any(Date),
        endedAt: expect.any(Date),
      },
      expect.objectContaining({ sequence: 3, elementId: 'Task_C' }),
    ]);
    expect((await reader.endedActivities(of(7), 3, 10)).map((visit) => visit.sequence)).toEqual([4]);
    expect(await reader.endedActivities(of(8), 0, 10)).toEqual([]);
  });

  it('gives the trail in the order in which visits ended', async () => {
    await insertInstanceHistory(9, [
      [2, 'Task_A', 'completed', 2],
      [1, 'Start', 'completed', 1],
      [3, 'Task_B', 'skipped', 3],
      [4, 'Task_C', 'terminated', 4],
    ]);

    expect(await reader.endedTrail(of(9))).toEqual({ completed: ['Start', 'Task_A'], skipped: ['Task_B'] });
    expect(await reader.endedTrail(of(10))).toEqual({ completed: [], skipped: [] });
  });

  it('gives the newest attempts in the order in which they ended', async () => {
    for (const version of [1, 2, 3]) {
      await database.dataSource.query(
        `INSERT INTO task_attempt VALUES (11, $1, 0, 5, 'Task_A', $1, 'failed', 'E', 'no', '{"a":1}', now(), now())`,
        [version],
      );
    }

    const attempts = await reader.attempts(11, 2);

    expect(attempts.map((attempt) => attempt.attempt)).toEqual([2, 3]);
    expect(attempts[0]).toMatchObject({
      elementInstanceId: 5,
      taskId: 'Task_A',
      attempt: 2,
      outcome: 'failed',
      errorCode: 'E',
      errorMessage: 'no',
      details: { a: 1 },
      startedAt: expect.any(Date),
      endedAt: expect.any(Date),
    });
  });

  async function insertInstanceHistory(
    id: number,
    visits: [sequence: number, elementId: string, status: string, version: number][],
  ) {
    for (const visit of visits) {
      await database.dataSource.query(
        `INSERT INTO activity VALUES ($1, $2, $3, 'serviceTask', $4, NULL, '["Flow_1"]', 1, $5, 0, now(), now())`,
        [id, ...visit],
      );
    }
  }
});

describe('counts', () => {
  it('are of open incidents, and of a definition by status, with the average duration', async () => {
    const before = await reader.countOpenIncidents();
    const definition = 987_654;
    await insert({
      definitionId: definition,
      status: 'error',
      incidents: [{ elementId: 'A' }, { elementId: 'B', resolved: true }],
    });
    await insert({ definitionId: definition, status: 'completed', endedAt: '2026-01-01T00:00:01.500Z' });
    await insert({ definitionId: definition, status: 'completed', endedAt: '2026-01-02T00:00:00.500Z' });
    await insert({ definitionId: definition, status: 'cancelled', endedAt: '2027-01-01T00:00:00.000Z' });

    expect(await reader.countOpenIncidents()).toBe(before + 1);
    expect(await reader.countByStatus(definition)).toEqual({ error: 1, completed: 2, cancelled: 1 });
    expect(await reader.averageDurationMs(definition)).toBe((86_400_500 + 1_500) / 2);
    expect(await reader.countByStatus(1_234_567)).toEqual({});
    expect(await reader.averageDurationMs(1_234_567)).toBeNull();
  });
});
