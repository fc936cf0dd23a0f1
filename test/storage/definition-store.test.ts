import { beforeAll, describe, expect, it } from '@jest/globals';
import { DuplicateName, type DefinitionRecord, type NewDefinition } from '../../src/application/ports/readers.js';
import { PgDefinitionStore } from '../../src/storage/stores/definition-store.js';
import { auditEntry } from './audit-entry.js';
import { insertInstance } from './instance-row.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();
let store: PgDefinitionStore;

beforeAll(() => {
  store = new PgDefinitionStore(database.dataSource);
});

function newDefinition(fields: Partial<NewDefinition> = {}): NewDefinition {
  return {
    name: 'Loan application',
    processKey: 'Loan',
    description: 'Checks a loan',
    category: 'credit',
    isActive: true,
    triggerEvents: ['loan,"requested"', 'x'],
    contextLoaderType: null,
    metadata: { owner: { team: 'a\u0000b' } },
    messageStarts: [],
    timerStarts: [],
    ...fields,
  };
}

const audited = (action: string, tenantId: string) => auditEntry({ tenantId, action, instanceGuid: null });

async function deploy(tenantId: string, fields: Partial<NewDefinition> = {}, xml = '<v1/>'): Promise<DefinitionRecord> {
  const [inserted] = await store.insert(
    tenantId,
    [newDefinition(fields)],
    xml,
    'alice',
    () => [audited('Created', tenantId)],
    null,
  );
  if (!inserted) throw new Error('Expected one definition');
  return inserted;
}

type Changes = Parameters<typeof store.update>[2];

function update(tenantId: string, id: number, changes: Changes): Promise<DefinitionRecord | null> {
  return store.update(tenantId, id, changes, 'bob', () => audited('Updated', tenantId), null);
}

async function countAudit(tenantId: string, action: string): Promise<number> {
  const rows = await database.dataSource.query<unknown[]>('SELECT 1 FROM audit_entry WHERE tenant_id = $1 AND action = $2', [
    tenantId,
    action,
  ]);
  return rows.length;
}

describe('inserting', () => {
  it('keeps all fields, the XML as version 1 and the audit entry', async () => {
    const inserted = await deploy('insert', {}, '<xml>ü</xml>');

    expect({ ...inserted, messageStarts: [], timerStarts: [] }).toEqual({
      ...newDefinition(),
      id: expect.any(Number),
      tenantId: 'insert',
      version: 1,
      createdAt: expect.any(Date),
      createdBy: 'alice',
      updatedAt: null,
      updatedBy: null,
    });
    expect(await store.findById('insert', inserted.id)).toEqual(inserted);
    expect(await store.findByName('insert', 'Loan application')).toEqual(inserted);
    expect(await store.loadVersion(inserted.id, 1)).toEqual({ xml: '<xml>ü</xml>', processKey: 'Loan' });
    expect(await store.loadVersion(inserted.id, 2)).toBeNull();
    expect(await countAudit('insert', 'Created')).toBe(1);
  });

  it('of a taken name is refused with the id of the other, and nothing of the model is kept', async () => {
    const { id } = await deploy('taken', { name: 'B' });
    const model = [newDefinition({ name: 'A' }), newDefinition({ name: 'B' })];

    const refused = store.insert('taken', model, '<x/>', 'alice', () => [audited('Refused', 'taken')], null);

    await expect(refused).rejects.toThrow(DuplicateName);
    await expect(refused).rejects.toMatchObject({ existingId: id });
    expect(await store.findByName('taken', 'A')).toBeNull();
    expect(await countAudit('taken', 'Refused')).toBe(0);
  });

  it('answers the definitions of a model in the order given, with their records for the audit', async () => {
    let seen: readonly DefinitionRecord[] = [];
    const inserted = await store.insert(
      'order',
      [newDefinition({ name: 'Z' }), newDefinition({ name: 'A' })],
      '<x/>',
      'a',
      (records) => {
        seen = [...records];
        return [];
      },
      null,
    );

    expect(inserted.map((definition) => definition.name)).toEqual(['Z', 'A']);
    expect(seen).toEqual(inserted);
  });
});

describe('another tenant', () => {
  it('may use the same name, and sees nothing of this one', async () => {
    const mine = await deploy('mine');
    const theirs = await deploy('theirs');

    expect(theirs.id).not.toBe(mine.id);
    expect(await store.findById('theirs', mine.id)).toBeNull();
    expect(await update('theirs', mine.id, { description: 'stolen' })).toBeNull();
    expect(await store.delete('theirs', mine.id, () => audited('Deleted', 'theirs'), null)).toEqual({ kind: 'not-found' });
    expect(await store.findById('mine', mine.id)).toEqual(mine);
    expect(await countAudit('theirs', 'Updated')).toBe(0);
    expect(await countAudit('theirs', 'Deleted')).toBe(0);
  });
});

describe('updating', () => {
  it('with another model makes the next version and leaves the old one as it was', async () => {
    const { id } = await deploy('versions', {}, '<v1/>');

    const updated = await update('versions', id, { xml: '<v2/>', processKey: 'NewKey' });

    expect(updated).toMatchObject({ version: 2, processKey: 'NewKey', updatedBy: 'bob', name: 'Loan application' });
    expect(updated?.updatedAt).toBeInstanceOf(Date);
    expect(await store.loadVersion(id, 1)).toEqual({ xml: '<v1/>', processKey: 'Loan' });
    expect(await store.loadVersion(id, 2)).toEqual({ xml: '<v2/>', processKey: 'NewKey' });
    expect(await countAudit('versions', 'Updated')).toBe(1);
  });

  it('of other fields makes no version', async () => {
    const { id } = await deploy('fields');

    const updated = await update('fields', id, { name: 'New', isActive: false, metadata: {}, description: '', category: 'c' });

    expect(updated).toMatchObject({ version: 1, name: 'New', isActive: false, metadata: {}, description: '', category: 'c' });
    expect(await store.loadVersion(id, 2)).toBeNull();
  });

  it('at once by several gives each its own version', async () => {
    const { id } = await deploy('race');
    const updates = await Promise.all(['<a/>', '<b/>', '<c/>'].map((xml) => update('race', id, { xml })));

    expect(updates.map((updated) => updated?.version).sort()).toEqual([2, 3, 4]);
  });

  it('to a taken name is refused', async () => {
    const { id } = await deploy('rename', { name: 'A' });
    await deploy('rename', { name: 'B' });

    await expect(update('rename', (await store.findByName('rename', 'B'))?.id ?? 0, { name: 'A' })).rejects.toMatchObject({
      existingId: id,
    });
  });

  it('of one that does not exist answers null', async () => {
    expect(await update('nobody', 999_999, { name: 'x' })).toBeNull();
  });
});

describe('finding', () => {
  it('by process key gives the newest active one', async () => {
    const old = await deploy('keys', { name: 'old' });
    const young = await deploy('keys', { name: 'young' });
    expect((await store.findByProcessKey('keys', 'Loan'))?.id).toBe(young.id);

    await update('keys', young.id, { isActive: false });

    expect((await store.findByProcessKey('keys', 'Loan'))?.id).toBe(old.id);
    expect(await store.findByProcessKey('keys', 'Other')).toBeNull();
  });
});

describe('listing', () => {
  const byName = { pageNumber: 1, pageSize: 2, sortBy: 'name', sortDirection: 'asc' } as const;

  beforeAll(async () => {
    const b = await deploy('list', { name: 'B', category: 'x', description: '100 % percent_sign' });
    await deploy('list', { name: 'A', isActive: false, processKey: 'Card' });
    await deploy('list', { name: 'C', description: '' });
    await deploy('list elsewhere', { name: 'D' });
    await update('list', b.id, { xml: '<v2/>' });
    for (const status of ['running', 'error', 'completed'] as const) {
      await insertInstance(database.dataSource, { tenantId: 'list', definitionId: b.id, status });
    }
  });

  async function namesOf(filter: Parameters<typeof store.list>[1], page: Partial<Parameters<typeof store.list>[2]> = {}) {
    const { items, totalRecords } = await store.list('list', filter, { ...byName, pageSize: 10, ...page });
    expect(totalRecords).toBe(items.length);
    return items.map((item) => item.name);
  }

  it('goes page by page and counts instances', async () => {
    const first = await store.list('list', {}, byName);
    const second = await store.list('list', {}, { ...byName, pageNumber: 2 });

    expect(first.totalRecords).toBe(3);
    expect(first.items).toMatchObject([
      { name: 'A', activeInstanceCount: 0, totalInstanceCount: 0 },
      { name: 'B', activeInstanceCount: 2, totalInstanceCount: 3 },
    ]);
    expect(second.items.map((item) => item.name)).toEqual(['C']);
  });

  it.each([
    ['category', { category: 'x' }, ['B']],
    ['activity', { isActive: false }, ['A']],
    ['text in the description', { searchText: '% PERCENT_' }, ['B']],
    ['text in the key', { searchText: 'card' }, ['A']],
    ['text that nobody has', { searchText: 'zzz%' }, []],
    ['category that nobody has', { category: 'X' }, []],
  ])('filters by %s', async (_name, filter, names) => {
    expect(await namesOf(filter)).toEqual(names);
  });

  it.each([
    ['name', 'desc', ['C', 'B', 'A']],
    ['createdDate', 'asc', ['B', 'A', 'C']],
    ['version', 'desc', ['B', 'A', 'C']],
    ['updatedDate', 'desc', ['B', 'A', 'C']],
    ['category', 'desc', ['B', 'A', 'C']],
  ] as const)('sorts by %s %s', async (sortBy, sortDirection, names) => {
    expect(await namesOf({}, { sortBy, sortDirection })).toEqual(names);
  });
});

describe('deleting', () => {
  it('is refused while an instance is active, and nothing is deleted', async () => {
    const { id } = await deploy('active');
    await insertInstance(database.dataSource, { tenantId: 'active', definitionId: id, status: 'completed' });
    const guid = await insertInstance(database.dataSource, { tenantId: 'active', definitionId: id, status: 'error' });

    expect(await store.delete('active', id, () => audited('Deleted', 'active'), null)).toEqual({ kind: 'active-instances' });

    expect(await store.findById('active', id)).not.toBeNull();
    expect(await store.activeInstances(id, 5)).toMatchObject({ total: 1, instances: [{ guid, status: 'error' }] });
    expect(
      (await store.list('active', {}, { pageNumber: 1, pageSize: 9, sortBy: 'name', sortDirection: 'asc' })).items,
    ).toMatchObject([{ totalInstanceCount: 2 }]);
    expect(await countAudit('active', 'Deleted')).toBe(0);
  });

  it('takes ended instances with all their history, and leaves those of other definitions', async () => {
    const { id } = await deploy('gone', { messageStarts: [{ messageName: 'm', startEventId: 's' }] });
    const kept = await deploy('gone', { name: 'kept' });
    for (const status of ['completed', 'cancelled'] as const) {
      await insertInstance(database.dataSource, { tenantId: 'gone', definitionId: id, status, history: true });
    }
    await insertInstance(database.dataSource, { tenantId: 'gone', definitionId: kept.id, status: 'completed', history: true });

    let counted = -1;
    const audit = (instances: number) => {
      counted = instances;
      return audited('Deleted', 'gone');
    };
    const deleted = await store.delete('gone', id, audit, null);

    expect([deleted, counted]).toEqual([{ kind: 'deleted', deletedInstances: 2 }, 2]);
    expect(await store.findById('gone', id)).toBeNull();
    expect(await store.loadVersion(id, 1)).toBeNull();
    expect(await store.findByStartMessage('gone', 'm')).toEqual([]);
    expect(await countAudit('gone', 'Deleted')).toBe(1);
    for (const table of ['activity', 'task_attempt', 'incident', 'instance_scope']) {
      const [row] = await database.dataSource.query<{ count: number }[]>(`SELECT count(*) AS count FROM ${table}`);
      expect([table, row?.count]).toEqual([table, 1]);
    }
  });

  it('goes through more instances than one statement deletes', async () => {
    const { id } = await deploy('masses');
    const guid = await insertInstance(database.dataSource, { tenantId: 'masses', definitionId: id, status: 'completed' });
    await database.dataSource.query(
      `INSERT INTO process_instance (id, tenant_id, guid, definition_id, definition_version, process_key, execution_mode, status,
         version, started_at, updated_at, state, variables)
       SELECT 5000000 + n, tenant_id, 'mass-' || n, definition_id, 1, process_key, execution_mode, status, 1,
         started_at + n / 3 * interval '1 s', updated_at, state, variables
       FROM process_instance, generate_series(1, 2500) AS n WHERE guid = $1`,
      [guid],
    );

    expect(await store.delete('masses', id, () => audited('Deleted', 'masses'), null)).toEqual({
      kind: 'deleted',
      deletedInstances: 2_501,
    });
  });
});
