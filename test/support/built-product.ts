import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { maintenanceUrl } from './test-database.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The command as its users have it. */
export const COMMAND = join(ROOT, 'dist', 'src', 'cli', 'main.js');

/**
 * Builds dist where it is older than its sources. Test files that need it take turns: none reads what another is writing. The
 * lock is the database's, and so it goes with its holder.
 */
export async function buildProduct(): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl() });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [ROOT]);
    await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--if-stale'], { cwd: ROOT });
  } finally {
    await client.end();
  }
}
