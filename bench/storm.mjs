/**
 * An endpoint that is dead while many instances need it, with two servers on one database: what it is asked for each second
 * then, and after its return. `node bench/storm.mjs [--instances 10000] [--dead 60] [--dir DIRECTORY]`.
 */
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startBenchPostgres } from './database/bench-postgres.mjs';
import { closedLoop } from './measure/closed-loop.mjs';
import { readModel } from './reprise/models.mjs';
import { startReprise } from './reprise/server.mjs';

const CLIENTS = 32;
const GIVE_UP_MS = 600_000;

const { values: options } = parseArgs({
  options: {
    instances: { type: 'string', default: '10000' },
    dead: { type: 'string', default: '60' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const instances = Number(options.instances);
const deadMs = Number(options.dead) * 1_000;

let isDead = true;
let calls = 0;
const service = createServer((request, response) => {
  calls++;
  request.resume();
  response.writeHead(isDead ? 503 : 200, { 'content-type': 'application/json' }).end('{"score":700}');
});
await new Promise((listening) => service.listen(0, '127.0.0.1', () => listening(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (service.address());
const serviceUrl = `http://127.0.0.1:${port}`;

const postgres = await startBenchPostgres(resolve(options.dir));
const databaseUrl = await postgres.createDatabase('storm');
const outbound = { REPRISE_HTTP_ALLOW_PRIVATE: 'true' };
const first = await startReprise(databaseUrl, CLIENTS, outbound);
const second = await startReprise(databaseUrl, CLIENTS, outbound);
const database = new pg.Client({ connectionString: databaseUrl });
await database.connect();
try {
  await run();
} finally {
  await database.end();
  await Promise.all([first.stop(), second.stop()]);
  await postgres.stop();
  service.close();
  service.closeAllConnections();
}

async function run() {
  const { data } = await first.send('CreateProcessDefinition', { bpmnXml: readModel('storm') });
  const id = data?.['id'];
  process.stdout.write('  second      calls      ended  circuit\n');
  const begunAt = performance.now();
  const starting = closedLoop(instances, CLIENTS, async (index) => {
    const server = index % 2 === 0 ? first : second;
    const answer = await server.send('StartProcessInstance', { id, variables: { serviceUrl }, waitMs: 0 });
    if (!answer.isSuccessful) throw new Error(`Expected a start, but got: ${answer.message}`);
  }).then(() => process.stdout.write(`  -- all ${instances} are started\n`));
  const revival = delay(deadMs).then(() => {
    isDead = false;
    process.stdout.write('  -- the endpoint is back\n');
  });
  for (let before = 0, ended = 0, secondNumber = 1; ended < instances; secondNumber++) {
    await delay(Math.max(0, begunAt + secondNumber * 1_000 - performance.now()));
    const now = calls;
    ended = await countEnded();
    process.stdout.write(
      `${[secondNumber, now - before, ended].map((n) => String(n).padStart(8)).join('   ')}  ${await circuit()}\n`,
    );
    before = now;
    if (performance.now() - begunAt > GIVE_UP_MS) throw new Error(`Expected ${instances} to end, but ${ended} did`);
  }
  await Promise.all([starting, revival]);
  process.stdout.write(`${calls} calls in all for ${instances} instances\n`);
}

/** @returns {Promise<number>} */
async function countEnded() {
  const { rows } = await database.query(`SELECT count(*)::integer AS ended FROM process_instance WHERE status = 'completed'`);
  return rows[0].ended;
}

async function circuit() {
  const { data } = await first.send('GetCircuitsQuery', { includeClosed: true });
  const [item] = /** @type {{ state: string, held: number }[]} */ (data?.['items'] ?? []);
  return item ? `${item.state}, ${item.held} held` : 'none';
}
