import { beforeAll, describe, expect, it } from '@jest/globals';
import type { DefinitionRecord, NewDefinition } from '../../src/application/ports/readers.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { PgDefinitionStore } from '../../src/storage/stores/definition-store.js';
import { auditEntry } from './audit-entry.js';
import { openPeopleDatabase } from './people-database.js';

const DUE = 1_800_000_000_123;
const database = openPeopleDatabase();
let store: PgDefinitionStore;

beforeAll(() => {
  store = new PgDefinitionStore(database.dataSource);
});

const hourly = { startEventId: 'hourly', dueAt: DUE, remaining: 2 };
const endless = { startEventId: 'endless', dueAt: DUE + 1, remaining: null };
const entry = (tenantId: string) => auditEntry({ tenantId, instanceGuid: null });

async function insert(
  tenantId: string,
  fields: Partial<NewDefinition>,
  audit = () => [entry(tenantId)],
): Promise<DefinitionRecord> {
  const definition: NewDefinition = {
    name: 'Timed',
    processKey: 'timed',
    description: '',
    category: '',
    isActive: true,
    triggerEvents: [],
    contextLoaderType: null,
    metadata: {},
    messageStarts: [],
    timerStarts: [],
    ...fields,
  };
  const [inserted] = await store.insert(tenantId, [definition], '<v1/>', 'alice', audit, null);
  if (!inserted) throw new Error('Expected one definition');
  return inserted;
}

async function deploy(tenantId: string, timerStarts: NewDefinition['timerStarts'], audit?: () => AuditEntry[]): Promise<number> {
  return (await insert(tenantId, { timerStarts }, audit)).id;
}

function timersOf(tenantId: string): Promise<unknown[]> {
  return database.dataSource.query<unknown[]>(
    `SELECT start_event_id AS "startEventId", (extract(epoch FROM due_at) * 1000)::float8 AS "dueAt", remaining
     FROM start_timer WHERE tenant_id = $1 ORDER BY due_at`,
    [tenantId],
  );
}

describe('the timers that start a definition', () => {
  it('are stored with it', async () => {
    await deploy('stored', [hourly, endless]);
    expect(await timersOf('stored')).toEqual([hourly, endless]);
  });

  it('are not stored when the transaction of the definition fails', async () => {
    const failing = deploy('failed', [hourly], () => {
      throw new Error('no entry');
    });
    await expect(failing).rejects.toThrow('no entry');
    expect(await timersOf('failed')).toEqual([]);
  });

  it('of a new model replace those of the old one, and leave those of other definitions', async () => {
    const id = await deploy('replaced', [hourly]);
    await deploy('neighbour', [hourly]);
    await store.update('replaced', id, { xml: '<v2/>', timerStarts: [endless] }, 'bob', () => entry('replaced'), null);
    expect(await timersOf('replaced')).toEqual([endless]);
    expect(await timersOf('neighbour')).toEqual([hourly]);
  });

  it('stay when something else of the definition is changed', async () => {
    const id = await deploy('renamed', [hourly]);
    await store.update('renamed', id, { name: 'Other' }, 'bob', () => entry('renamed'), null);
    expect(await timersOf('renamed')).toEqual([hourly]);
  });

  it('go with it', async () => {
    const id = await deploy('deleted', [hourly]);
    expect(await store.delete('deleted', id, () => entry('deleted'), null)).toEqual({ kind: 'deleted', deletedInstances: 0 });
    expect(await timersOf('deleted')).toEqual([]);
  });
});

describe('the messages that start a definition', () => {
  it('are found by their name, those of active definitions only, until the starts are replaced', async () => {
    const starts = [{ messageName: 'requested', startEventId: 'Start_1' }];
    const definition = await insert('messages', { messageStarts: starts });
    const inactive = await insert('messages', { name: 'off', messageStarts: starts, isActive: false });
    expect(await store.findByStartMessage('messages', 'requested')).toEqual([{ definition, startEventId: 'Start_1' }]);
    expect(inactive.isActive).toBe(false);
    expect(await store.findByStartMessage('messages', 'other')).toEqual([]);
    expect(await store.findByStartMessage('elsewhere', 'requested')).toEqual([]);

    const others = [{ messageName: 'other', startEventId: 'Start_2' }];
    await store.update('messages', definition.id, { messageStarts: others }, 'bob', () => entry('messages'), null);

    expect(await store.findByStartMessage('messages', 'requested')).toEqual([]);
    expect(await store.findByStartMessage('messages', 'other')).toMatchObject([{ startEventId: 'Start_2' }]);
  });
});

describe('two simultaneous deletions', () => {
  it('delete once', async () => {
    const id = await deploy('twice', []);
    const deletions = await Promise.all([1, 2].map(() => store.delete('twice', id, () => entry('twice'), null)));
    expect(deletions.map(({ kind }) => kind).sort()).toEqual(['deleted', 'not-found']);
  });
});
