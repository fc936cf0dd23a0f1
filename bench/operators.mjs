/**
 * What operators do at scale: a batch of retries beside single commands, fresh traffic beside a running batch, and previews and
 * failure groups over many instances. `node bench/operators.mjs [--instances 10000] [--open 1000000] [--concurrency N]
 * [--dir DIRECTORY]`.
 */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startBenchPostgres } from './database/bench-postgres.mjs';
import { closedLoop, median, quantile } from './measure/closed-loop.mjs';
import { sampleVariables } from './measure/sample-variables.mjs';
import { readModel } from './reprise/models.mjs';
import { startReprise } from './reprise/server.mjs';
import { copyInstance } from './size/copy-instance.mjs';

const CLIENTS = 16;
const ROUNDS = 3;
const CAUSES = 200;
const LOOKS = 9;

const { values: options } = parseArgs({
  options: {
    instances: { type: 'string', default: '10000' },
    open: { type: 'string', default: '1000000' },
    concurrency: { type: 'string' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const instances = Number(options.instances);
const open = Number(options.open);
const concurrency = options.concurrency === undefined ? {} : { concurrency: Number(options.concurrency) };

const postgres = await startBenchPostgres(resolve(options.dir));
const databaseUrl = await postgres.createDatabase('operators');
const server = await startReprise(databaseUrl, 64);
const database = new pg.Client({ connectionString: databaseUrl });
await database.connect();
try {
  const failing = await deploy('failing-task');
  await compareBatches(failing);
  await besideBatch(failing, await deploy('three-tasks'));
  if (open > 0) await overMany(failing);
} finally {
  await database.end();
  await server.stop();
  await postgres.stop();
}

/** @param {string} name */
async function deploy(name) {
  return (await send('CreateProcessDefinition', { bpmnXml: readModel(name) }))['id'];
}

/**
 * @param {string} cmd
 * @param {Record<string, unknown>} data
 */
async function send(cmd, data) {
  const answer = await server.send(cmd, data);
  if (!answer.isSuccessful || answer.data === null) throw new Error(`Expected ${cmd} to succeed, but got: ${answer.message}`);
  return answer.data;
}

/**
 * Instances in error.
 * @param {unknown} id
 * @param {string} name
 * @param {number} count
 */
async function fail(id, name, count) {
  const guids = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  await closedLoop(count, 32, (i) => send('StartProcessInstance', { id, instanceGuid: guids[i], variables: sampleVariables(i) }));
  return guids;
}

/**
 * @param {readonly string[]} instanceGuids
 * @param {Record<string, unknown>} [more]
 */
async function startBatch(instanceGuids, more = {}) {
  const parameters = { updatedVariables: { ok: true } };
  return (await send('StartBatch', { kind: 'retry', instanceGuids, parameters, reason: 'measured', ...concurrency, ...more }))[
    'batchId'
  ];
}

/** @param {unknown} batchId */
async function awaitBatch(batchId) {
  for (;;) {
    const batch = await send('GetBatch', { batchId });
    if (batch['status'] === 'completed') return batch;
    await delay(20);
  }
}

/** @param {unknown} id */
async function compareBatches(id) {
  const single = Math.ceil(instances / 4);
  const rates = { single: /** @type {number[]} */ ([]), batch: /** @type {number[]} */ ([]) };
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await fail(id, `single-${round}`, single);
    const together = await fail(id, `batch-${round}`, instances);
    await postgres.checkpoint();
    const singleMs = await timed(() =>
      closedLoop(single, CLIENTS, (i) =>
        send('RetryFailedTask', { instanceGuid: alone[i], updatedVariables: { ok: true }, comment: 'measured' }),
      ),
    );
    const batchMs = await timed(async () => {
      const batch = await awaitBatch(await startBatch(together));
      const { recovered } = /** @type {{ recovered: number }} */ (batch['counts']);
      if (recovered !== instances)
        throw new Error(`Expected ${instances} to recover, but got ${JSON.stringify(batch['counts'])}`);
    });
    rates.single.push((single * 1_000) / singleMs);
    rates.batch.push((instances * 1_000) / batchMs);
  }
  const [one, many] = [median(rates.single), median(rates.batch)];
  say(`retries, single commands by ${CLIENTS} clients over HTTP`, `${one.toFixed(0)} per s`);
  say(`retries, a batch of ${instances}`, `${many.toFixed(0)} per s, ${(many / one).toFixed(2)} times`);
}

/**
 * @param {unknown} failing
 * @param {unknown} fresh
 */
async function besideBatch(failing, fresh) {
  // The batch leaves the server to this one client: it takes its time.
  const beside = Math.ceil(instances / 10);
  let started = 0;
  const one = async () => {
    await send('StartProcessInstance', { id: fresh, instanceGuid: `fresh-${started++}`, variables: sampleVariables(started) });
  };
  await closedLoop(500, 1, one);
  const idle = [];
  const busy = [];
  for (let round = 0; round < ROUNDS; round++) {
    idle.push(...(await closedLoop(400, 1, one)));
    const batchId = await startBatch(await fail(failing, `beside-${round}`, beside));
    let isOver = false;
    const ended = awaitBatch(batchId).then(() => (isOver = true));
    while (!isOver) busy.push(...(await closedLoop(1, 1, one)));
    await ended;
  }
  const figures = (/** @type {number[]} */ ms) =>
    `p50 ${quantile(ms, 0.5).toFixed(1)} ms, p99 ${quantile(ms, 0.99).toFixed(1)} ms`;
  say('start to end of a fresh instance, nothing else', figures(idle));
  say(`the same beside a batch of ${beside} (${busy.length} of them)`, figures(busy));
}

/** @param {unknown} id */
async function overMany(id) {
  await fail(id, 'sample', 1);
  process.stdout.write(`  -- making ${open} failed instances\n`);
  await copyInstance(database, 'sample-0', open, 0);
  await database.query(
    `UPDATE incident SET fingerprint = substr(md5((instance_id % ${CAUSES})::text), 1, 24) WHERE resolved_at IS NULL AND instance_id >= 1000000000`,
  );
  await database.query(
    `INSERT INTO failure_group SELECT fingerprint, tenant_id, definition_id, process_key, element_id, code, error_class, pattern || n, first_seen_at
     FROM (SELECT substr(md5(n::text), 1, 24) AS made, n FROM generate_series(0, ${CAUSES - 1}) AS n) AS cause,
       LATERAL (SELECT made AS fingerprint, tenant_id, definition_id, process_key, element_id, code, error_class, pattern, first_seen_at
                FROM failure_group LIMIT 1) AS grp`,
  );
  await database.query(
    `INSERT INTO failure_count SELECT fingerprint, definition_version, date_trunc('hour', max(opened_at), 'UTC') - h * interval '1 hour', w,
       CASE WHEN h = 0 AND w = 1 THEN count(*) ELSE 0 END, 0, max(opened_at)
     FROM incident, generate_series(0, 23) AS h, generate_series(1, 3) AS w
     WHERE resolved_at IS NULL AND instance_id >= 1000000000 GROUP BY fingerprint, definition_version, h, w`,
  );
  await database.query('VACUUM ANALYZE');
  const [groups] = /** @type {{ groupId: string, count: number }[]} */ ((await send('GetFailureGroups', {}))['items']);
  await look('failure groups, first page', 'GetFailureGroups', {});
  await look('preview of retry by status', 'PreviewBatch', { kind: 'retry', filter: { status: ['error'] } });
  await look('preview of retry by process', 'PreviewBatch', {
    kind: 'retry',
    filter: { processKey: 'failing-task', status: ['error'] },
  });
  await look('preview of retry by group', 'PreviewBatch', { kind: 'retry', failureGroup: groups?.groupId });
  await look('preview of cancel, all', 'PreviewBatch', { kind: 'cancel', all: true });
  await look('list by group, first page', 'GetProcessInstanceList', { failureGroup: groups?.groupId });
}

/**
 * @param {string} title
 * @param {string} cmd
 * @param {Record<string, unknown>} data
 */
async function look(title, cmd, data) {
  await send(cmd, data);
  const ms = await closedLoop(LOOKS, 1, () => send(cmd, data));
  say(`${title}, over ${open}`, `${quantile(ms, 0.5).toFixed(0)} ms`);
}

/** @param {() => Promise<unknown>} deed */
async function timed(deed) {
  const begunAt = performance.now();
  await deed();
  return performance.now() - begunAt;
}

/**
 * @param {string} what
 * @param {string} figure
 */
function say(what, figure) {
  process.stdout.write(`${what.padEnd(62)} ${figure}\n`);
}
