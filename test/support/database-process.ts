import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/storage/embedded-postgres/index.js';
import { prepareDatabase } from '../../src/storage/prepare-database.js';

// Holds the test run's database until its input closes, be it that Jest is done or was killed: a server of its own, or a
// template in the one that is given. Prints the address of the migrated template.

function log(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env['REPRISE_TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, close: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  const server = await startEmbeddedPostgres({ dataDir, log });
  return {
    url: server.url,
    close: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const released = new Promise<void>((resolve) => {
  process.stdin.resume();
  process.stdin.once('end', resolve);
  process.stdin.once('error', () => resolve());
});
process.on('SIGINT', () => undefined); // A Ctrl-C is for Jest, which then closes our input.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const server = await openServer();
const template = `reprise_template_${randomBytes(6).toString('hex')}`;
await execute(server.url, `CREATE DATABASE ${template}`);
const templateUrl = new URL(server.url);
templateUrl.pathname = `/${template}`;
await prepareDatabase(templateUrl.href, () => undefined);
process.stdout.write(`${templateUrl.href}\n`);
await released;
await execute(server.url, `DROP DATABASE ${template} WITH (FORCE)`).catch(() => undefined);
await server.close();
process.exit(0);
