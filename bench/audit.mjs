/**
 * The audit trail when it is long: the first page for each filter, exports, a proof and its verification, and the removal of a
 * week. `node bench/audit.mjs [--entries 10000000] [--sealed 500000] [--dir DIRECTORY]`; 10,000,000 take about 6 GB.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { AuditKey, TrustedKeys } from '../dist/src/audit-proof/audit-key.js';
import { signRemoval } from '../dist/src/audit-proof/removal.js';
import { verifyAuditFile } from '../dist/src/audit-proof/verify-audit-file.js';
import { PgAuditRetentionStore } from '../dist/src/storage/audit/audit-retention-store.js';
import { PgAuditStore } from '../dist/src/storage/audit/audit-store.js';
import { HotPool } from '../dist/src/storage/connection/hot-pool.js';
import { createDataSource } from '../dist/src/storage/data-source.js';
import { prepareDatabase } from '../dist/src/storage/prepare-database.js';
import { PgHistoryPartitions } from '../dist/src/storage/stores/history-partitions.js';
import { exportOverHttp } from './audit/export-over-http.mjs';
import { beginOfTrail, fillTrail, WEEKS } from './audit/fill-trail.mjs';
import { startBenchPostgres } from './database/bench-postgres.mjs';
import { startReprise } from './reprise/server.mjs';

const NDJSON = 'application/x-ndjson';
/** Lines of an export after which its rate is known. */
const LINES = 2_000_000;

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '10000000' },
    sealed: { type: 'string', default: '500000' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const directory = resolve(options.dir);
const postgres = await startBenchPostgres(directory);
const key = AuditKey.generate();
const keyFile = join(directory, `reprise-bench-key-${process.pid}.pem`);
await writeFile(keyFile, key, { mode: 0o600 });
const settings = { REPRISE_ROLE: 'api', REPRISE_AUDIT_KEY_FILE: keyFile };
let lastId = 2_000_000_000;
const print = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
try {
  await measureSearch(Number(options.entries));
  await measureProof(Number(options.sealed));
} finally {
  await postgres.stop();
  await rm(keyFile);
}

async function measureSearch(/** @type {number} */ count) {
  const now = Date.now();
  const databaseUrl = await openDatabase('search', beginOfTrail(now));
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  await fillTrail(database, count, now);
  await database.end();
  const server = await startReprise(databaseUrl, 1, settings);
  print(`${count} entries\n  filter            median ms  found  looked back to`);
  for (const [name, filter] of Object.entries(filtersOf(now))) {
    const times = [];
    let data;
    for (let i = 0; i < 5; i++) {
      const begunAt = performance.now();
      ({ data } = await server.send('GetAuditTrail', filter));
      times.push(performance.now() - begunAt);
    }
    const median = times.sort((a, b) => a - b)[2] ?? 0;
    const items = /** @type {unknown[]} */ (data?.['items'] ?? []);
    print(
      `  ${name.padEnd(18)} ${median.toFixed(1).padStart(8)} ${String(items.length).padStart(6)}  ${data?.['searchedBackTo'] ?? 'all'}`,
    );
  }
  for (const accept of [NDJSON, 'text/csv']) printExport(accept, await exportOverHttp(server, accept, '', LINES));
  await server.stop();
  await postgres.dropDatabase('search');
}

/** @param {number} now */
function filtersOf(now) {
  const ago = (/** @type {number} */ days) => new Date(now - days * 86_400_000).toISOString();
  const [from, to] = [ago(60), ago(53)];
  return {
    none: {},
    instance: { instanceGuid: 'loan-1000' },
    actor: { actor: 'user-7' },
    'claimed actor': { actor: 'clerk-500' },
    'rare actor': { actor: 'rare-actor' },
    action: { action: ['RetryFailedTask'] },
    'rare action': { action: ['RareAction'] },
    'rare task': { taskId: 'RareTask' },
    'rare process': { processKey: 'RareProcess' },
    failed: { outcome: 'failed' },
    refused: { outcome: 'refused' },
    'a week': { from, to },
    'action in a week': { action: ['RetryFailedTask'], from, to },
    'never together': { actor: 'user-8', action: ['RetryFailedTask'], taskId: 'Task_7' },
    text: { text: 'bureau' },
    'rare text': { text: 'the needle' },
    'text in an hour': { text: 'the needle', from: ago(60), to: new Date(now - 60 * 86_400_000 + 3_600_000).toISOString() },
  };
}

async function measureProof(/** @type {number} */ count) {
  const databaseUrl = await openDatabase('proof', Date.now() - 3 * 7 * 86_400_000);
  const hot = new HotPool(databaseUrl);
  const dataSource = await createDataSource(databaseUrl, 0).initialize();
  const store = new PgAuditStore(hot, dataSource);
  for (let from = 1; from <= count; from += 500)
    await store.append(Array.from({ length: 500 }, (_, i) => entryOf(from + i, count)));
  await timed(`sealed ${count} entries`, count, () => store.seal());
  await timed('verified in the server', count, () => store.verify('default'));
  const server = await startReprise(databaseUrl, 1, settings);
  printExport(`${NDJSON} with proof`, await exportOverHttp(server, NDJSON, '?proof=true', Infinity));
  const file = join(directory, `reprise-bench-export-${process.pid}.ndjson`);
  await new Promise((done, fail) =>
    get(`${server.origin}/api/core/audit?proof=true`, { headers: { ...server.headers, accept: NDJSON } }, (response) =>
      pipeline(response, createWriteStream(file)).then(done, fail),
    ),
  );
  await server.stop();
  const { publicKey } = AuditKey.ofPem(key);
  const verified = await timed('verified from the file', count, () =>
    verifyAuditFile(createInterface({ input: createReadStream(file) }), { trustedKeys: [publicKey] }),
  );
  print(
    `  valid ${verified.valid}, complete ${verified.complete}; this process holds ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
  );
  await rm(file);
  const weeks = new PgAuditRetentionStore(dataSource);
  const week = (await weeks.weeksBefore(Date.now())).at(-1) ?? '';
  const removal = await timed(`removed ${week}`, count, () => weeks.remove(week, record));
  print(
    `  ${JSON.stringify(removal)}; ${JSON.stringify(await store.verify('default', { trusted: new TrustedKeys([publicKey]), checkpoint: null }))}`,
  );
  await Promise.all([hot.close(), dataSource.destroy()]);
}

/** @type {(said: any) => any} */
function record(said) {
  const at = new Date().toISOString();
  const entry = { ...entryOf(1, 1), id: ++lastId, tenantId: said.tenantId, action: 'AuditRetention', at };
  return { id: ++lastId, removal: signRemoval(AuditKey.ofPem(key), { ...said, at }), entry };
}

/** @returns {any} One of so many entries over the last two weeks. */
function entryOf(/** @type {number} */ id, /** @type {number} */ count) {
  return {
    id,
    tenantId: 'default',
    at: new Date(Date.now() - Math.round((1 - id / count) * 14 * 86_400_000)).toISOString(),
    actor: { type: 'user', id: `user-${id % 200}`, claimed: null },
    action: id % 10 < 6 ? 'StartProcessInstance' : 'RetryFailedTask',
    outcome: 'succeeded',
    instanceGuid: `loan-${id >> 2}`,
    processKey: `process-${id % 40}`,
    taskId: id % 10 < 6 ? null : `Task_${id % 300}`,
    attempt: 1,
    comment: null,
    changes: [],
    statusBefore: 'error',
    statusAfter: 'running',
    durationMs: 12.5,
    correlationId: `c-${id}`,
    idempotencyKey: null,
    detail: null,
  };
}

/** @param {string} name @param {number} begin */
async function openDatabase(name, begin) {
  const databaseUrl = await postgres.createDatabase(name);
  await prepareDatabase(databaseUrl, () => undefined);
  const dataSource = await createDataSource(databaseUrl, 0).initialize();
  await new PgHistoryPartitions(dataSource).make(begin, WEEKS);
  await dataSource.destroy();
  return databaseUrl;
}

/** @template T @param {string} what @param {number} count @param {() => Promise<T>} work */
async function timed(what, count, work) {
  const begunAt = performance.now();
  const result = await work();
  const wallMs = performance.now() - begunAt;
  print(`${what}: ${wallMs.toFixed(0)} ms, ${Math.round(count / (wallMs / 1_000))} entries per s`);
  return result;
}

/** @param {string} what @param {Awaited<ReturnType<typeof exportOverHttp>>} figures */
function printExport(what, { lines, rate, cpuUs, peakMib, firstMs }) {
  print(
    `export as ${what}: ${lines} lines, ${Math.round(rate)} per s, server ${cpuUs.toFixed(1)} us CPU a line and ${peakMib.toFixed(0)} MiB, first byte after ${firstMs.toFixed(0)} ms`,
  );
}
