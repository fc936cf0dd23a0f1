import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { readModel } from '../../src/bpmn/index.js';
import type { InstanceHistory } from '../../src/application/ports/instance-history.js';
import { buildWrite } from '../../src/application/session/step-write.js';
import type { LiveInstance } from '../../src/application/session/live-instance.js';
import { recordedChanges, VariablesPast } from '../../src/application/variables-past.js';
import { openElements, type Accepted, type InstanceState, type JsonObject, type VariableWrite } from '../../src/engine/index.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { PgInstanceHistory } from '../../src/storage/readers/instance-history.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { Drive } from '../engine/drive.js';
import { deed, perform } from '../engine/random-deeds.js';
import { randomModel, writeModel } from '../engine/random-model.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf, nextStep } from '../support/step-writes.js';

/** Instances per run; `RANDOM_HISTORIES=1000` looks longer. */
const RUNS = Number(process.env['RANDOM_HISTORIES'] ?? 15);

const database = openHotDatabase();
let dataSource: DataSource;
let store: PgInstanceStore;
let history: InstanceHistory;
let past: VariablesPast;
let lastId = 0;

beforeAll(async () => {
  dataSource = await createDataSource(database.url).initialize();
  store = new PgInstanceStore(database.pool);
  history = new PgInstanceHistory(dataSource);
  past = new VariablesPast(history);
});
afterAll(() => dataSource.destroy());

let lastEntry = 0;
const entry = () => ({ id: ++lastEntry, at: '2030-01-01T00:00:00.000Z' });

/** An instance that lived through these deeds, each step stored as the session would; and its states, by version from 1. */
async function live(
  model: Parameters<typeof writeModel>[0],
  deeds: readonly Parameters<typeof perform>[1][],
  executionMode: InstanceState['executionMode'],
): Promise<{ instance: LiveInstance; states: InstanceState[]; writes: VariableWrite[] }> {
  const read = await readModel(writeModel(model));
  const definition = read.kind === 'accepted' ? read.processes[0] : undefined;
  if (!definition) throw new Error(`Expected the model to be accepted, but: ${JSON.stringify(read)}`);
  const drive = new Drive(definition, false);
  const steps: Accepted[] = [];
  const apply = drive.apply.bind(drive);
  drive.apply = (command) => {
    const result = apply(command);
    if (result.kind === 'accepted') steps.push(result);
    return result;
  };
  const header = headerOf(++lastId);
  const variables = { x: 1, text: 'a' };
  drive.apply({ type: 'start-process-instance', guid: header.guid, variables, executionMode, startEventId: null });
  for (const each of deeds) perform(drive, each);
  for (const step of steps)
    await store.saveSteps([buildWrite(header, step.state.version - 1, step, JSON.stringify(step.state.variables), {}, entry)]);
  const [stored] = await store.loadById([header.id]);
  if (!stored) throw new Error('Expected the instance to be stored');
  const instance = { ...stored, definition, caller: null, trail: null };
  return { instance, states: steps.map(({ state }) => state), writes: steps.flatMap(({ variableWrites }) => variableWrites) };
}

/** What the engine had when the visit was entered: all that was written before. */
function variablesAtEntry(visit: number, states: readonly InstanceState[], writes: readonly VariableWrite[]): JsonObject {
  const earlier = writes.filter(({ entered }) => entered < visit);
  return earlier.at(-1)?.after ?? writes[0]?.before ?? states[0]?.variables ?? {};
}

describe('the past of a random instance', () => {
  it(
    'is exactly what the engine had: the variables and the open visits of every step, and the entry of every visit',
    async () => {
      await fc.assert(
        fc.asyncProperty(randomModel, fc.array(deed, { maxLength: 40 }), fc.boolean(), async (model, deeds, isSupervised) => {
          const { instance, states, writes } = await live(model, deeds, isSupervised ? 'Supervised' : 'Unsupervised');
          const visits = { id: instance.header.id, startedAt: instance.state.startedAt };
          const ids = Array.from({ length: instance.state.lastElementInstanceId }, (_, i) => i + 1);
          const enteredVersions = await history.enteredVersions(visits, ids);
          for (const state of states) {
            expect((await past.before(instance, { version: state.version })).variables).toEqual(state.variables);
            expect(await history.enteredBy(visits, state.version)).toBe(state.lastElementInstanceId);
            const later = await history.endedLater(visits, state.version, state.lastElementInstanceId);
            const still = openElements(instance.state).filter(({ id }) => id <= state.lastElementInstanceId);
            const open = [...later.map(({ sequence }) => sequence), ...still.map(({ id }) => id)].sort((a, b) => a - b);
            expect(open).toEqual(openElements(state).map(({ id }) => id));
          }
          for (const id of ids) {
            const entered = states.find(({ lastElementInstanceId }) => lastElementInstanceId >= id);
            expect(enteredVersions.get(id)).toBe(entered?.version);
            expect((await past.before(instance, { visit: id })).variables).toEqual(variablesAtEntry(id, states, writes));
          }
        }),
        { numRuns: RUNS, ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}) },
      );
    },
    60_000 + RUNS * 1_000,
  );
});

describe('a write of variables', () => {
  /** One step that writes once. */
  async function written(before: JsonObject, after: JsonObject): Promise<LiveInstance> {
    const first = firstStep(headerOf(++lastId), {}, { variables: before, lastElementInstanceId: 1 });
    const names = Object.keys({ ...before, ...after });
    const write: VariableWrite = { cause: 'result', elementInstanceId: 1, entered: 1, names, before, after };
    await store.saveSteps([first]);
    await store.saveSteps([nextStep(first, { variableWrites: [write] }, { variables: after })]);
    const [stored] = await store.loadById([first.header.id]);
    if (!stored) throw new Error('Expected the instance to be stored');
    return { ...stored, caller: null, trail: null } as unknown as LiveInstance;
  }

  const rowsOf = ({ header, state }: LiveInstance) => history.writesOf({ id: header.id, startedAt: state.startedAt }, [1]);

  it('is no row where every value is what it was', async () => {
    expect(await rowsOf(await written({ a: { b: [1] }, n: null }, { a: { b: [1] }, n: null }))).toEqual([]);
  });

  it('keeps names that objects have by themselves, and what Postgres cannot read', async () => {
    const before = { constructor: 1, gone: null, 'a/b~c': '\u0000', half: '\ud800' };
    const after = { toString: 'x', 'a/b~c': 'y', half: '\ud801' };
    const instance = await written(before, after);

    expect((await past.before(instance, { version: 1 })).variables).toEqual(before);
    expect((await rowsOf(instance)).flatMap(recordedChanges)).toContainEqual({
      path: '/variables/a~1b~0c',
      before: '\u0000',
      after: 'y',
    });
  });

  it('keeps the size and the hash of a value beyond 64 KiB, and the other values', async () => {
    const large = '\u20ac'.repeat(30_000);
    const instance = await written({ kept: 1, large }, { kept: 2, large: `${large}!` });

    const { variables, omitted } = await past.before(instance, { version: 1 });
    expect(variables).toEqual({ kept: 1 });
    expect(omitted).toEqual([{ name: 'large', bytes: 90_002, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect((await rowsOf(instance)).flatMap(recordedChanges)).toContainEqual({
      path: '/variables/large',
      before: null,
      after: null,
      omittedBefore: { bytes: 90_002, sha256: omitted[0]?.sha256 },
      omittedAfter: { bytes: 90_003, sha256: expect.any(String) },
    });
  });

  it('is kept whole up to 64 KiB', async () => {
    const value = 'x'.repeat(64 * 1024 - 2);
    expect(await past.before(await written({ value }, { value: 1 }), { version: 1 })).toEqual({
      variables: { value },
      omitted: [],
    });
  });
});
