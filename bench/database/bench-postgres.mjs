import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/src/storage/embedded-postgres/index.js';

/**
 * A PostgreSQL server of the benchmark's own, as the product starts it (fsync on), in a new directory below `parent`.
 * @param {string} parent
 */
export async function startBenchPostgres(parent) {
  const dataDir = mkdtempSync(join(parent, 'reprise-bench-'));
  const server = await startEmbeddedPostgres({ dataDir, log: (message) => process.stderr.write(`${message}\n`) });
  const admin = new pg.Client(server.url);
  await admin.connect();
  const setting = async (/** @type {string} */ name) => String((await admin.query(`SHOW ${name}`)).rows[0][name]);
  if ((await setting('fsync')) !== 'on') throw new Error('Expected a server with fsync on');
  const version = await setting('server_version');
  const postmasterPid = Number(readFileSync(join(await setting('data_directory'), 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    version,
    postmasterPid,
    /**
     * An empty database, with nothing of earlier runs left to write out.
     * @param {string} name
     */
    async createDatabase(name) {
      await this.dropDatabase(name);
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.query('CHECKPOINT');
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.toString();
    },
    /** @param {string} name */
    async dropDatabase(name) {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
    async checkpoint() {
      await admin.query('CHECKPOINT');
    },
    async stop() {
      await admin.end();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
