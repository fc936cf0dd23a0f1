/**
 * The floor: what PostgreSQL and `pg` alone allow for the rows of an instance, an engine left out. One row per instance and
 * one of history per step; each step is durable before the next begins; steps of many instances that have gathered share a
 * commit. `w1` is four commits (start and three steps), `w2` and `w3` are two (a retry or a signal runs to the end).
 */
import pg from 'pg';
import { measure, readTask } from '../measure/measure.mjs';
import { ownCpuMs } from '../measure/process-usage.mjs';
import { sampleVariables } from '../measure/sample-variables.mjs';

const LANES = 2;
const MOST_IN_ONE_COMMIT = 50;

const SCHEMA = `
CREATE TABLE instance (
  id bigint PRIMARY KEY, definition_id integer NOT NULL, state smallint NOT NULL DEFAULT 0, version integer NOT NULL DEFAULT 0,
  variables jsonb NOT NULL, started_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz);
CREATE TABLE history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  instance_id bigint NOT NULL, element text NOT NULL, kind smallint NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX history_instance ON history (instance_id);`;

const INSERT =
  'INSERT INTO instance(id, definition_id, variables) SELECT * FROM unnest($1::bigint[], $2::integer[], $3::jsonb[])';
const ADVANCE = 'UPDATE instance SET version = version + 1 WHERE id = ANY($1::bigint[])';
const FINISH = 'UPDATE instance SET state = 2, version = version + 1, ended_at = now() WHERE id = ANY($1::bigint[])';
const RECORD = 'INSERT INTO history(instance_id, element, kind) SELECT * FROM unnest($1::bigint[], $2::text[], $3::smallint[])';

/** What one commit of an instance records, by workload: the first inserts the instance, the last finishes it. */
const COMMITS = {
  w1: [['start'], ['step1'], ['step2'], ['step3']],
  w2: [
    ['start', 'step1'],
    ['step2', 'step3'],
  ],
  w3: [
    ['start', 'step1'],
    ['step2', 'step3'],
  ],
};

/** @typedef {{ id: number, kind: 'insert' | 'advance' | 'finish', elements: string[], variables: string, done: (error?: unknown) => void }} Step */

const task = readTask();
const lanes = await openLanes();
/** @type {Step[]} */
const gathered = [];
let nextId = 1;
let scheduled = false;

const commits = COMMITS[/** @type {keyof typeof COMMITS} */ (task.workload)];
await measure(task, runInstance, { node: ownCpuMs, postgres: task.databaseCpuMs });
await Promise.all(lanes.map((lane) => lane.end()));

/** @param {number} index */
async function runInstance(index) {
  const id = nextId++;
  const variables = JSON.stringify(sampleVariables(index));
  for (const [position, elements] of commits.entries()) {
    const kind = position === 0 ? 'insert' : position === commits.length - 1 ? 'finish' : 'advance';
    await new Promise((resolve, reject) => {
      gathered.push({ id, kind, elements, variables, done: (error) => (error ? reject(error) : resolve(undefined)) });
      scheduleCommit();
    });
  }
}

/** Lets all that this turn of the event loop brings gather first. */
function scheduleCommit() {
  if (scheduled) return;
  scheduled = true;
  setImmediate(() => {
    scheduled = false;
    commitWhatGathered();
  });
}

function commitWhatGathered() {
  while (lanes.length > 0 && gathered.length > 0) {
    const lane = /** @type {pg.Client} */ (lanes.pop());
    const batch = gathered.splice(0, MOST_IN_ONE_COMMIT);
    commit(lane, batch)
      .then(() => batch.forEach(({ done }) => done()))
      .catch((error) => batch.forEach(({ done }) => done(error)))
      .finally(() => {
        lanes.push(lane);
        commitWhatGathered();
      });
  }
}

/**
 * One round trip: the ids are ours, so no statement waits for another's answer.
 * @param {pg.Client} lane
 * @param {Step[]} batch
 */
function commit(lane, batch) {
  const of = (/** @type {Step['kind']} */ kind) => batch.filter((step) => step.kind === kind);
  const [inserted, advanced, finished] = [of('insert'), of('advance'), of('finish')];
  const history = batch.flatMap(({ id, elements }) => elements.map((element) => ({ id, element })));
  const send = (/** @type {string} */ name, /** @type {string} */ text, /** @type {unknown[]} */ values) =>
    answers.push(lane.query({ name, text, values }));
  const idsOf = (/** @type {{ id: number }[]} */ rows) => rows.map(({ id }) => id);
  const answers = [lane.query('BEGIN')];
  if (inserted.length > 0)
    send('insert', INSERT, [idsOf(inserted), inserted.map(() => 1), inserted.map(({ variables }) => variables)]);
  if (advanced.length > 0) send('advance', ADVANCE, [idsOf(advanced)]);
  send('record', RECORD, [
    idsOf(history),
    history.map(({ element }) => element),
    history.map(({ element }) => (element === 'start' ? 1 : 2)),
  ]);
  if (finished.length > 0) send('finish', FINISH, [idsOf(finished)]);
  answers.push(lane.query('COMMIT'));
  return Promise.all(answers);
}

async function openLanes() {
  const opened = Array.from({ length: LANES }, () => new pg.Client({ connectionString: task.databaseUrl, pipeline: true }));
  for (const lane of opened) await lane.connect();
  await opened[0]?.query(SCHEMA);
  return opened;
}
