import { beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceListFilter, InstancePage } from '../../src/application/ports/readers.js';
import type { PageRequest } from '../../src/storage/readers/instance-list.js';
import { PgInstanceReader } from '../../src/storage/readers/instance-reader.js';
import { insertInstance, type InstanceFields } from './instance-row.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();
let reader: PgInstanceReader;

beforeAll(() => {
  reader = new PgInstanceReader(database.dataSource);
});

const NEWEST: PageRequest = { pageNumber: 1, pageSize: 20, cursor: null, sortBy: 'startedAt', sortDirection: 'desc' };

function insert(fields: Partial<InstanceFields>): Promise<string> {
  return insertInstance(database.dataSource, fields);
}

async function definitionId(tenantId: string, name: string, processKeys: readonly string[]): Promise<number> {
  const [row] = await database.dataSource.query<{ id: number }[]>(
    `INSERT INTO process_definition (tenant_id, name, process_key, description, category, version, is_active, trigger_events, metadata, created_by)
     VALUES ($1, $2, $3, '', '', $4, true, '{}', '{}', 'alice') RETURNING id`,
    [tenantId, name, processKeys.at(-1), processKeys.length],
  );
  for (const [i, key] of processKeys.entries()) {
    await database.dataSource.query(`INSERT INTO process_definition_version VALUES ($1, $2, $3, '', '', now(), 'alice')`, [
      row?.id,
      i + 1,
      key,
    ]);
  }
  return row?.id ?? 0;
}

function guidsOf(page: InstancePage): string[] {
  return page.items.map((item) => item.instanceGuid);
}

async function find(tenantId: string, filter: InstanceListFilter): Promise<string[]> {
  const page = await reader.list(tenantId, filter, NEWEST);
  expect(page.totalRecords).toBe(page.items.length);
  return guidsOf(page);
}

describe('an item of the list', () => {
  it('has the names, the oldest open failure and the instants as text', async () => {
    const definition = await definitionId('item', 'Loan application', ['Loan']);
    const guid = await insert({
      tenantId: 'item',
      definitionId: definition,
      businessKey: 'B-1',
      status: 'error',
      updatedAt: '2026-01-02T00:00:00.123Z',
      incidents: [
        { elementId: 'Task_0', message: 'old', resolved: true },
        { elementId: 'Task_A', message: 'first' },
        { elementId: 'Task_B', message: 'second' },
      ],
    });

    expect((await reader.list('item', {}, NEWEST)).items).toEqual([
      {
        instanceGuid: guid,
        processDefinitionId: definition,
        processKey: 'Loan',
        processName: 'Loan application',
        version: 3,
        businessKey: 'B-1',
        status: 'error',
        executionMode: 'Unsupervised',
        currentActivityId: 'Task_1',
        failedActivityId: 'Task_A',
        errorMessage: 'first',
        startedAt: '2026-01-01T00:00:00.000Z',
        lastUpdated: '2026-01-02T00:00:00.123Z',
        endedAt: null,
      },
    ]);
  });
});

describe('filters', () => {
  let wanted: string;
  let other: string;
  let definition: number;

  beforeAll(async () => {
    definition = await definitionId('filters', 'changed its key', ['Old', 'New']);
    wanted = await insert({
      tenantId: 'filters',
      definitionId: definition,
      processKey: 'Old',
      businessKey: 'B-1',
      status: 'error',
      startedAt: '2026-03-01T10:00:00.000Z',
      incidents: [
        { elementId: 'Task_A', code: 'HTTP_503', message: '100 % Gone_away' },
        { elementId: 'Task_B', message: 'other' },
        { elementId: 'Task_C', message: 'healed', resolved: true },
      ],
    });
    other = await insert({
      tenantId: 'filters',
      definitionId: definition + 1,
      processKey: 'Other',
      businessKey: 'B-2',
      status: 'completed',
      startedAt: '2026-03-02T10:00:00.000Z',
    });
    await insert({
      tenantId: 'filters elsewhere',
      definitionId: definition,
      processKey: 'Old',
      businessKey: 'B-1',
      status: 'error',
    });
  });

  it.each<[string, InstanceListFilter]>([
    ['one status', { status: ['error'] }],
    ['several statuses', { status: ['error', 'paused', 'waiting'] }],
    ['an old process key of the definition', { processKey: 'Old' }],
    ['business key', { businessKey: 'B-1' }],
    ['failed activity', { failedActivityId: 'Task_B' }],
    ['text of an error, in any case', { errorText: '% gone_A' }],
    ['code of an error', { errorText: 'http_503' }],
    ['activity and text of one failure', { failedActivityId: 'Task_A', errorText: 'gone' }],
    ['start until, inclusive', { startedTo: new Date('2026-03-01T10:00:00.000Z') }],
    ['all together', { status: ['error'], processKey: 'Old', businessKey: 'B-1', failedActivityId: 'Task_A' }],
  ])('by %s find one and not the other', async (_name, filter) => {
    expect(await find('filters', filter)).toEqual([wanted]);
  });

  it('by definition, and by start from, inclusive', async () => {
    expect(await find('filters', { processDefinitionId: definition })).toEqual([wanted]);
    expect(await find('filters', { startedFrom: new Date('2026-03-02T10:00:00.000Z') })).toEqual([other]);
  });

  it.each<[string, InstanceListFilter]>([
    ['status', { status: ['paused'] }],
    ['no status at all', { status: [] }],
    ['process key without instances', { processKey: 'New' }],
    ['process key without definition', { processKey: 'Nothing' }],
    ['business key in another case', { businessKey: 'b-1' }],
    ['business key with U+0000', { businessKey: 'B-1\u0000' }],
    ['activity whose failure is resolved', { failedActivityId: 'Task_C' }],
    ['text of a resolved failure', { errorText: 'healed' }],
    ['activity and text of two failures', { failedActivityId: 'Task_B', errorText: 'gone' }],
    ['time between', { startedFrom: new Date('2026-03-01T10:00:00.001Z'), startedTo: new Date('2026-03-02T09:59:59.999Z') }],
  ])('by %s find nothing where nothing matches', async (_name, filter) => {
    expect(await find('filters', filter)).toEqual([]);
  });
});

describe('paging', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 4, n)).toISOString();

  async function insertDays(tenantId: string, ...days: number[]): Promise<string[]> {
    const guids: string[] = [];
    for (const n of days) guids.push(await insert({ tenantId, startedAt: day(n), businessKey: n === 2 ? null : `B-${n}` }));
    return guids;
  }

  it('by number goes through all, with the total', async () => {
    const [a, b, c] = await insertDays('numbers', 1, 2, 3);
    const first = await reader.list('numbers', {}, { ...NEWEST, pageSize: 2 });
    const second = await reader.list('numbers', {}, { ...NEWEST, pageSize: 2, pageNumber: 2 });
    const third = await reader.list('numbers', {}, { ...NEWEST, pageSize: 2, pageNumber: 3 });

    expect([first, second, third].map(guidsOf)).toEqual([[c, b], [a], []]);
    expect([first, second, third].map((page) => page.totalRecords)).toEqual([3, 3, 3]);
    expect(second.nextCursor).toBeNull();
  });

  it.each(['asc', 'desc'] as const)(
    'by cursor (%s) neither repeats nor loses one when others start in between',
    async (sortDirection) => {
      const tenantId = `cursor ${sortDirection}`;
      const guids = await insertDays(tenantId, 10, 10, 10, 11, 12);
      const request: PageRequest = { ...NEWEST, pageSize: 2, sortDirection };
      const seen: string[] = [];
      let cursor: string | null = null;
      let page: InstancePage;
      do {
        page = await reader.list(tenantId, {}, { ...request, cursor });
        seen.push(...guidsOf(page));
        cursor = page.nextCursor;
        await insertDays(tenantId, sortDirection === 'asc' ? 9 : 13);
        expect(page.totalRecords).toBe(5);
      } while (cursor !== null);

      expect(seen).toEqual(sortDirection === 'asc' ? guids : guids.reverse());
    },
  );

  it.each([
    ['businessKey', 'asc', [1, 3, 2]],
    ['businessKey', 'desc', [3, 1, 2]],
    ['lastUpdated', 'desc', [3, 2, 1]],
  ] as const)('sorts by %s %s, what is absent last', async (sortBy, sortDirection, days) => {
    const tenantId = `sort ${sortBy} ${sortDirection}`;
    const guids = await insertDays(tenantId, 1, 2, 3);
    const page = await reader.list(tenantId, {}, { ...NEWEST, sortBy, sortDirection });

    expect(guidsOf(page)).toEqual(days.map((n) => guids[n - 1]));
  });

  it('refuses a cursor that is none, and one with an order that has none', async () => {
    await insertDays('refused', 1, 2);
    const { nextCursor } = await reader.list('refused', {}, { ...NEWEST, pageSize: 1 });

    expect(nextCursor).not.toBeNull();
    await expect(reader.list('refused', {}, { ...NEWEST, cursor: 'x' })).rejects.toThrow(RangeError);
    await expect(reader.list('refused', {}, { ...NEWEST, cursor: nextCursor, sortBy: 'status' })).rejects.toThrow(RangeError);
  });
});
