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

function guidsOf(page: InstancePage): string[] {
  return page.items.map((item) => item.instanceGuid);
}

async function find(tenantId: string, filter: InstanceListFilter): Promise<string[]> {
  const page = await reader.list(tenantId, filter, NEWEST);
  expect(page.totalRecords).toBe(page.items.length);
  return guidsOf(page);
}

describe('filters by variables', () => {
  let guid: string;

  beforeAll(async () => {
    guid = await insert({
      tenantId: 'variables',
      variables: {
        amount: 1500.5,
        tiny: 1e-7,
        customer: { id: 'C-7', tags: ['gold', 'eu'], 'born at': '1990-05-01' },
        approved: true,
        nothing: null,
        digits: '42',
        bad: 'a\u0000b \ud800',
      },
    });
  });

  type Condition = NonNullable<InstanceListFilter['variables']>[number];
  const list = (path: string, operator: Condition['operator'], value: Condition['value']): [string, Condition] => [
    `${path} ${operator} ${JSON.stringify(value)}`,
    { path, operator, value },
  ];

  it.each([
    list('amount', 'eq', 1500.5),
    list('amount', 'neq', 3),
    list('amount', 'gt', 200),
    list('amount', 'gte', 1500.5),
    list('amount', 'lt', 1500.6),
    list('amount', 'lte', 1500.5),
    list('tiny', 'eq', 0.0000001),
    list('digits', 'eq', 42),
    list('digits', 'gt', 9),
    list('customer.id', 'eq', 'C-7'),
    list('customer.tags.1', 'eq', 'eu'),
    list('customer.tags', 'contains', 'GOLD'),
    list('customer.tags', 'eq', ['gold', 'eu']),
    list('customer.id', 'contains', 'c-'),
    list('customer.born at', 'lt', '1990-05-02'),
    list('approved', 'eq', true),
    list('approved', 'neq', false),
    list('nothing', 'eq', null),
    list('absent', 'eq', null),
    list('amount', 'neq', null),
    list('absent', 'neq', 1),
    list('absent', 'neq', 'x'),
    list('customer.id', 'neq', 5),
    list('bad', 'contains', 'A\uFFFDb'),
  ])('%s finds it', async (_name, condition) => {
    expect(await find('variables', { variables: [condition] })).toEqual([guid]);
  });

  it.each([
    list('amount', 'eq', 1500),
    list('amount', 'neq', 1500.5),
    list('amount', 'gt', 1500.5),
    list('amount', 'lt', 200),
    list('customer.id', 'eq', 'c-7'),
    list('customer.id', 'gt', 5),
    list('customer.id.deeper', 'eq', 'C-7'),
    list('customer.tags', 'contains', '%'),
    list('approved', 'eq', false),
    list('absent', 'gt', 0),
    list('absent', 'lt', 0),
    list('absent', 'contains', ''),
    list('nothing', 'neq', null),
    list('amount', 'gt', null),
    list('amount', 'eq', null),
    list('', 'eq', 1),
  ])('%s does not find it', async (_name, condition) => {
    expect(await find('variables', { variables: [condition] })).toEqual([]);
  });

  it('must all hold', async () => {
    const [, amount] = list('amount', 'gt', 200);
    const [, approved] = list('approved', 'eq', true);
    const [, refused] = list('approved', 'eq', false);

    expect(await find('variables', { variables: [amount, approved] })).toEqual([guid]);
    expect(await find('variables', { variables: [amount, refused] })).toEqual([]);
  });
});
