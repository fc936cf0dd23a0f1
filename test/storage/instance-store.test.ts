import { beforeAll, describe, expect, test } from '@jest/globals';
import { StepConflict, type StepWrite } from '../../src/application/ports/instance-store.js';
import { ROOT_SCOPE, type JsonObject } from '../../src/engine/index.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

const database = openHotDatabase();
let store: PgInstanceStore;
beforeAll(async () => {
  store = new PgInstanceStore(database.pool);
  await store.open();
});

function newStep(): StepWrite {
  return firstStep(headerOf(store.nextId()));
}

async function versionOf({ header }: StepWrite): Promise<number | undefined> {
  return (await store.loadById([header.id]))[0]?.state.version;
}

describe('a batch of steps', () => {
  test('inserts and updates are committed together', async () => {
    const old = newStep();
    await store.saveSteps([old]);
    const young = newStep();
    const moved = nextStep(old, {}, { status: 'waiting', variables: { amount: 5 } });

    await store.saveSteps([young, moved]);

    expect(await store.loadByGuid([old.header, young.header])).toEqual(
      expect.arrayContaining([
        { header: young.header, state: young.state },
        { header: moved.header, state: moved.state },
      ]),
    );
  });

  test('a version that has moved on aborts the whole batch', async () => {
    const [first, second] = [newStep(), newStep()];
    await store.saveSteps([first, second]);
    const stale = nextStep(second);
    await store.saveSteps([nextStep(second)]);
    const young = newStep();

    await expect(store.saveSteps([nextStep(first), stale, young])).rejects.toThrow(StepConflict);

    expect(await Promise.all([first, second, young].map(versionOf))).toEqual([1, 2, undefined]);
  });

  test('the connection goes on after a conflict', async () => {
    const step = newStep();
    await store.saveSteps([step]);
    const ghost = nextStep(newStep(), { effects: [{ type: 'cancel-timer', elementInstanceId: 1, timerNodeId: '' }] });
    for (let i = 0; i < 8; i++) await expect(store.saveSteps([ghost])).rejects.toThrow(StepConflict);

    await store.saveSteps([nextStep(step, { effects: [{ type: 'cancel-timer', elementInstanceId: 1, timerNodeId: '' }] })]);

    expect(await versionOf(step)).toBe(2);
  });

  test('a guid that exists in the tenant is a conflict, in another tenant it is not', async () => {
    const step = newStep();
    await store.saveSteps([step]);
    const doubled = firstStep(headerOf(store.nextId(), { guid: step.header.guid }));
    const elsewhere = firstStep(headerOf(store.nextId(), { guid: step.header.guid, tenantId: 'other' }));

    await expect(store.saveSteps([doubled])).rejects.toThrow(StepConflict);
    await store.saveSteps([elsewhere]);

    expect(await versionOf(doubled)).toBeUndefined();
    expect((await store.loadByGuid([step.header]))[0]?.header).toEqual(step.header);
  });

  test('of two writers of the same version one wins', async () => {
    const step = newStep();
    await store.saveSteps([step]);

    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => store.saveSteps([nextStep(step)])));

    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await versionOf(step)).toBe(2);
  });

  test('a value that the database refuses is no conflict', async () => {
    const step = firstStep(headerOf(store.nextId(), { businessKey: 'a\u0000b' }));

    await expect(store.saveSteps([step])).rejects.toMatchObject({ code: '22021' });

    expect(await versionOf(step)).toBeUndefined();
  });
});

describe('the stored state', () => {
  test('comes back byte for byte', async () => {
    const deep: JsonObject = {};
    let inner: JsonObject = deep;
    for (let level = 0; level < 200; level++) inner = (inner as { [name: string]: JsonObject })['n'] = {};
    const variables: JsonObject = {
      text: 'Zürich 東京 🏦 "quoted" \\ back\nline \u2028',
      nul: 'a\u0000b',
      halfPair: '\ud83c',
      numbers: [1e308, 5e-324, 0.1, -1, 9007199254740991, 0],
      '': null,
      '7': true,
      empty: [{}, []],
      deep,
    };
    const step = firstStep(
      headerOf(store.nextId(), { businessKey: 'K-1', contextTypeId: 4, contextId: '12' }),
      {},
      { variables },
    );

    await store.saveSteps([step]);
    const [loaded] = await store.loadByGuid([step.header]);

    expect(loaded?.header).toEqual(step.header);
    expect(loaded?.state).toEqual(step.state);
    expect(JSON.stringify(loaded?.state.variables)).toBe(JSON.stringify(variables));
  });

  test('minus zero comes back as the zero that JSON has', async () => {
    const step = firstStep(headerOf(store.nextId()), {}, { variables: { zero: -0 } });

    await store.saveSteps([step]);

    expect((await store.loadById([step.header.id]))[0]?.state.variables).toEqual({ zero: 0 });
  });

  test('variables that a step leaves alone stay as they are', async () => {
    const step = firstStep(headerOf(store.nextId()), {}, { variables: { a: 1 } });
    await store.saveSteps([step]);

    await store.saveSteps([{ ...nextStep(step), state: { ...step.state, version: 2, variables: { a: 'not written' } } }]);

    expect((await store.loadById([step.header.id]))[0]?.state).toMatchObject({ version: 2, variables: { a: 1 } });
  });

  test('scopes of sub-processes are written where touched, and go when they close', async () => {
    const root = { id: ROOT_SCOPE, parentId: null, elements: [] };
    const scope = (id: number, parentId: number) => ({ id, parentId, elements: [] });
    const opened = firstStep(
      headerOf(store.nextId()),
      { touchedScopes: new Set([ROOT_SCOPE, 3, 5]) },
      { scopes: { 0: root, 3: scope(3, 0), 5: scope(5, 3) } },
    );
    await store.saveSteps([opened]);
    expect((await store.loadById([opened.header.id]))[0]?.state).toEqual(opened.state);

    const closed = nextStep(
      opened,
      { touchedScopes: new Set([3, 5, 7]) },
      { scopes: { 0: root, 3: scope(3, 7), 7: scope(7, 0) } },
    );
    await store.saveSteps([closed]);

    expect((await store.loadById([opened.header.id]))[0]?.state).toEqual(closed.state);
    expect(await database.rows(`SELECT scope_id FROM instance_scope WHERE instance_id = ${opened.header.id} ORDER BY 1`)).toEqual(
      [{ scope_id: 3 }, { scope_id: 7 }],
    );
  });

  test('what does not exist is missing from the answer', async () => {
    expect(await store.loadByGuid([{ tenantId: 'acme', guid: 'nobody' }])).toEqual([]);
    expect(await store.loadById([1])).toEqual([]);
  });
});

describe('ids', () => {
  test('are unique over several nodes and over many blocks', async () => {
    const other = new PgInstanceStore(database.pool);
    await other.open();
    const ids = new Set<number>();

    for (let i = 0; i < 25_000; i++) {
      ids.add(store.nextId());
      ids.add(other.nextId());
      if (i % 1_000 === 0) await database.rows('SELECT');
    }

    expect(ids.size).toBe(50_000);
  });
});
