import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { sampleVariables } from '../measure/sample-variables.mjs';
import { SIZES } from '../plan.mjs';
import { readModel } from '../reprise/models.mjs';
import { startReprise } from '../reprise/server.mjs';
import { copyInstance } from './copy-instance.mjs';

/** For a smoke run a hundredth is enough. */
const QUICK_SHARE = 0.01;
const SEAL_MS = 60_000;

/**
 * Two databases with what the server itself wrote for one finished and one waiting instance, copied as often as each size
 * says.
 * @param {{ createDatabase: (name: string) => Promise<string> }} postgres
 * @param {boolean} quick
 * @returns {Promise<{ system: string, url: string }[]>}
 */
export async function fillTwoDatabases(postgres, quick) {
  const share = quick ? QUICK_SHARE : 1;
  const small = { system: SIZES.thousand, url: await postgres.createDatabase('bench_thousand'), finished: 1_000, waiting: 0 };
  const large = {
    system: SIZES.million,
    url: await postgres.createDatabase('bench_million'),
    finished: 1_000_000 * share,
    waiting: 100_000 * share,
  };
  for (const { url, finished, waiting } of [small, large]) await fill(url, finished, waiting);
  return [small, large].map(({ system, url }) => ({ system, url }));
}

/**
 * @param {string} url
 * @param {number} finished
 * @param {number} waiting
 */
async function fill(url, finished, waiting) {
  const server = await startReprise(url, 1);
  const database = new pg.Client(url);
  await database.connect();
  try {
    await startSample(server, 'three-tasks', 'sample-finished');
    await startSample(server, 'user-task', 'sample-waiting');
    // Copies carry the transaction id of what they are copied from: once that is sealed, they are not work for the sealer.
    await awaitSeal(database);
  } finally {
    await server.stop();
  }
  await copyInstance(database, 'sample-finished', finished, 0);
  await copyInstance(database, 'sample-waiting', waiting, finished);
  await database.query('VACUUM ANALYZE');
  await database.end();
}

/**
 * @param {Awaited<ReturnType<typeof startReprise>>} server
 * @param {string} model
 * @param {string} instanceGuid
 */
async function startSample(server, model, instanceGuid) {
  const { data } = await server.send('CreateProcessDefinition', { bpmnXml: readModel(model) });
  const started = await server.send('StartProcessInstance', { id: data?.['id'], instanceGuid, variables: sampleVariables(0) });
  if (!started.isSuccessful) throw new Error(`Expected ${instanceGuid} to start, but: ${started.message}`);
}

/** @param {pg.Client} database */
async function awaitSeal(database) {
  const deadline = Date.now() + SEAL_MS;
  for (;;) {
    const { rows } = await database.query(
      'SELECT (SELECT max(xact_id) FROM audit_entry) <= (SELECT max(last_xact_id) FROM audit_seal) AS sealed',
    );
    if (rows[0]?.sealed === true) return;
    if (Date.now() > deadline) throw new Error('The audit trail of the samples is not sealed');
    await delay(100);
  }
}
