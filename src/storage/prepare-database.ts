import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createDataSource } from './data-source.js';

/** The oldest server that has all we use. */
const OLDEST_MAJOR = 15;
/** How long a server may take to accept connections, in ms. */
const START_WAIT_MS = 120_000;
const RETRY_MS = 250;
/** Between two sentences about a server that does not answer yet, in ms. */
const TELL_EVERY_MS = 5_000;
/** Any number, the same in all versions: whoever holds it migrates. */
const MIGRATION_LOCK = 7_365_011_742;

/**
 * Brings the database's schema up to this program's version. Several processes may call it at once: one migrates, the
 * others wait for it. Waits for a server that is still starting, and says so to `log`.
 *
 * @throws Error that says what to do when the server cannot be reached in two minutes, refuses us or is older than 15
 */
export async function prepareDatabase(databaseUrl: string, log: (message: string) => void): Promise<void> {
  const client = await connectPatiently(databaseUrl, log);
  try {
    await refuseOldServer(client);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(databaseUrl, log);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connectPatiently(databaseUrl: string, log: (message: string) => void): Promise<pg.Client> {
  const deadline = Date.now() + START_WAIT_MS;
  let toldAt = 0;
  for (;;) {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: 5_000,
      application_name: 'reprise-migrations',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const reason = reasonOf(error);
      if (!mayStillStart(error)) throw new Error(`The database refuses us: ${reason}. Check DATABASE_URL.`, { cause: error });
      if (Date.now() > deadline) {
        throw new Error(
          `The database did not answer within ${START_WAIT_MS / 1_000} s: ${reason}. Check DATABASE_URL and the server.`,
          {
            cause: error,
          },
        );
      }
      if (Date.now() - toldAt >= TELL_EVERY_MS) {
        log(`Waiting for the database: ${reason}.`);
        toldAt = Date.now();
      }
      await delay(RETRY_MS);
    }
  }
}

/** Not listening yet, starting up, shutting down, out of connections: worth another try. A refused login or an unknown database is not. */
function mayStillStart(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return error.code?.startsWith('57P') === true || error.code === '53300';
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  const version = rows[0]?.server_version ?? '';
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new Error(
    `Expected PostgreSQL ${OLDEST_MAJOR} or newer, but the server is ${version}. Upgrade it, or leave DATABASE_URL away to use the embedded one.`,
  );
}

async function migrate(databaseUrl: string, log: (message: string) => void): Promise<void> {
  const dataSource = await createDataSource(databaseUrl, 0).initialize();
  try {
    const done = await dataSource.runMigrations();
    for (const migration of done) log(`The database has migrated: ${migration.name}.`);
  } finally {
    await dataSource.destroy();
  }
}
