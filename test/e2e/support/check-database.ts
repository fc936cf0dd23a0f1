import pg from 'pg';
import { readModel } from '../../../src/bpmn/index.js';
import type { StoredInstance } from '../../../src/application/ports/instance-store.js';
import {
  checkInvariants,
  openElements,
  type ElementInstance,
  type InstanceState,
  type ProcessDefinition,
} from '../../../src/engine/index.js';
import { HotPool } from '../../../src/storage/connection/hot-pool.js';
import { numberParsers } from '../../../src/storage/connection/number-parsers.js';
import { PgInstanceStore } from '../../../src/storage/stores/instance-store.js';

/** What belongs to an instance outside of its state, as rows. */
interface RowsOfInstance {
  readonly id: number;
  readonly status: string;
  readonly version: number;
  readonly owner_node: number | null;
  readonly is_ended: boolean;
  readonly timers: readonly string[];
  readonly subscriptions: readonly number[];
  readonly incidents: readonly number[];
  readonly scopes: readonly number[];
  readonly activities: readonly { readonly id: number; readonly attempts: number; readonly version: number }[];
  readonly attempts: readonly { readonly id: number; readonly attempt: number }[];
}

const ROWS = `SELECT id, status, version, owner_node, ended_at IS NOT NULL AS is_ended,
  ARRAY(SELECT element_instance_id || '/' || timer_node_id || '/' || kind FROM timer_job WHERE instance_id = instance.id) AS timers,
  ARRAY(SELECT element_instance_id FROM message_subscription WHERE instance_id = instance.id) AS subscriptions,
  ARRAY(SELECT element_instance_id FROM incident WHERE instance_id = instance.id AND resolved_at IS NULL) AS incidents,
  ARRAY(SELECT scope_id FROM instance_scope WHERE instance_id = instance.id) AS scopes,
  (SELECT coalesce(json_agg(json_build_object('id', sequence, 'attempts', attempts, 'version', version)), '[]') FROM activity
    WHERE instance_id = instance.id) AS activities,
  (SELECT coalesce(json_agg(json_build_object('id', element_instance_id, 'attempt', attempt) ORDER BY attempt), '[]') FROM task_attempt
    WHERE instance_id = instance.id) AS attempts
  FROM process_instance AS instance ORDER BY id`;
const ALIVE = "SELECT node FROM server_node WHERE dead_at IS NULL AND heartbeat_at > clock_timestamp() - interval '5 s'";
const MODELS = 'SELECT definition_id, version, process_key, bpmn_xml FROM process_definition_version';

/** Reads of rows and states until both are of one version: instances may go on meanwhile. */
const READS = 20;

/** Everything that must hold between the stored states and the rows beside them. Each finding is a sentence; empty: all is well. */
export async function checkDatabase(databaseUrl: string): Promise<string[]> {
  const pool = new HotPool(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl, types: numberParsers });
  await client.connect();
  try {
    const definitions = await compileAll(client);
    const findings = new Map<number, string[]>();
    for (let read = 0; read < READS; read++) {
      const { rows } = await client.query<RowsOfInstance>(ROWS);
      const alive = new Set((await client.query<{ node: number }>(ALIVE)).rows.map(({ node }) => node));
      const unread = rows.filter(({ id }) => !findings.has(id));
      const stored = await new PgInstanceStore(pool).loadById(unread.map(({ id }) => id));
      const byId = new Map(stored.map((each) => [each.header.id, each]));
      for (const row of unread) {
        const instance = byId.get(row.id);
        const definition = definitions.get(`${instance?.header.definitionId}/${instance?.header.definitionVersion}`);
        if (!instance || !definition) findings.set(row.id, [`instance ${row.id} has no state or no definition`]);
        else if (instance.state.version === row.version)
          findings.set(
            row.id,
            checkInstance(instance, definition, row, alive).map((what) => `${instance.header.guid}: ${what}`),
          );
      }
      if (unread.every(({ id }) => findings.has(id))) return [...findings.values()].flat();
    }
    return [`some instances have rows and states of different versions, or never stand still: ${findings.size} were checked`];
  } finally {
    await Promise.all([client.end(), pool.close()]);
  }
}

async function compileAll(client: pg.Client): Promise<Map<string, ProcessDefinition>> {
  const compiled = new Map<string, ProcessDefinition>();
  const { rows } = await client.query<{ definition_id: number; version: number; process_key: string; bpmn_xml: string }>(MODELS);
  for (const { definition_id: id, version, process_key: key, bpmn_xml: xml } of rows) {
    const model = await readModel(xml);
    const process = model.kind === 'accepted' ? model.processes.find((each) => each.key === key) : undefined;
    if (process) compiled.set(`${id}/${version}`, process);
  }
  return compiled;
}

function checkInstance(
  { state }: StoredInstance,
  definition: ProcessDefinition,
  row: RowsOfInstance,
  alive: ReadonlySet<number>,
): string[] {
  const open = openElements(state);
  const ids = (wanted: (element: ElementInstance) => boolean): number[] => open.filter(wanted).map(({ id }) => id);
  const owners = new Set(open.flatMap(({ owner }) => (owner === null ? [] : [owner])));
  const [owner = null] = owners;
  // What fell due while the instance is paused is kept in the state; its row is gone.
  const kept = new Set(
    state.inbox.flatMap((entry) =>
      entry.type === 'timer' ? [`${entry.timer.elementInstanceId}/${entry.timer.timerNodeId}/${entry.timer.kind}`] : [],
    ),
  );
  return [
    ...checkInvariants(definition, state),
    ...same('status', row.status, state.status),
    ...same('an end', row.is_ended, state.endedAt !== null),
    ...same('the owner', row.owner_node, owners.size > 1 ? 0 : owner),
    ...[...owners].filter((node) => !alive.has(node)).map((node) => `its attempt is owned by node ${node}, which is dead`),
    ...same(
      'timers',
      row.timers,
      open.flatMap(timersOf).filter((timer) => !kept.has(timer)),
    ),
    ...same(
      'subscriptions',
      row.subscriptions,
      ids((element) => element.subscription !== null),
    ),
    ...same(
      'open incidents',
      row.incidents,
      ids((element) => element.status === 'failed'),
    ),
    ...same(
      'scopes',
      row.scopes,
      Object.keys(state.scopes)
        .map(Number)
        .filter((id) => id !== 0),
    ),
    ...checkHistory(state, definition, open, row),
    ...checkAttempts(open, row),
  ];
}

/** As `element instance/timer node/kind`. */
function timersOf({ id, status, dueAt, boundaryTimers }: ElementInstance): string[] {
  const kind = status === 'retrying' ? 'retry' : status === 'ready' ? 'continue' : 'timer';
  const own = dueAt === null ? [] : [`${id}//${kind}`];
  return [...own, ...boundaryTimers.map(({ nodeId }) => `${id}/${nodeId}/boundary-timer`)];
}

/** Every visit that was begun is open or recorded, once. Tokens that meet in a join are one visit. */
function checkHistory(
  state: InstanceState,
  definition: ProcessDefinition,
  open: readonly ElementInstance[],
  row: RowsOfInstance,
): string[] {
  const visits = [...row.activities.map(({ id }) => id), ...open.map(({ id }) => id)];
  const mayMeet = [...definition.nodesById.values()].some(
    ({ type, incoming }) => (type === 'parallelGateway' || type === 'inclusiveGateway') && incoming.length > 1,
  );
  const expected = Array.from({ length: state.lastElementInstanceId }, (_, i) => i + 1);
  const late = row.activities.filter((activity) => activity.version > state.version);
  return [
    ...same('visits', visits, mayMeet ? expected.filter((id) => visits.includes(id)) : expected),
    ...late.map(({ id }) => `visit ${id} was recorded by a version that is not stored`),
  ];
}

/** The recorded attempts of a visit are 1, 2, 3 ... up to the one that runs, or to the last. */
function checkAttempts(open: readonly ElementInstance[], { activities, attempts }: RowsOfInstance): string[] {
  const begun = new Map(activities.map((activity) => [activity.id, activity.attempts]));
  for (const { id, attempt } of open) begun.set(id, attempt);
  return [...new Set(attempts.map(({ id }) => id))].flatMap((id) => {
    const recorded = attempts.filter((each) => each.id === id).map(({ attempt }) => attempt);
    const most = begun.get(id) ?? 0;
    const hasGap = recorded.some((attempt, i) => attempt !== i + 1);
    // The last one is not recorded while it runs, or where it succeeded for a person.
    return hasGap || recorded.length > most || recorded.length < most - 1
      ? [`visit ${id} has begun ${most} attempts, but has on record: ${recorded.join(', ')}`]
      : [];
  });
}

function same<T>(what: string, found: T, expected: T): string[] {
  const text = (value: unknown): string => JSON.stringify(Array.isArray(value) ? [...value].map(String).sort() : value);
  return text(found) === text(expected) ? [] : [`${what}: the rows say ${text(found)}, the state says ${text(expected)}`];
}
