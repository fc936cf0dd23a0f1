import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where the clones of `createTestDatabase` come from. */
const TEMPLATE_URL = 'REPRISE_TEST_TEMPLATE_URL';

declare global {
  /** The process that holds the test run's database, for `stop-database`. */
  var repriseTestDatabase: ChildProcess | undefined;
}

/**
 * Jest's globalSetup: a migrated template database, in an embedded server of its own or in the one that
 * `REPRISE_TEST_DATABASE_URL` or `DATABASE_URL` names. Jest compiles this file to CommonJS, which cannot import our modules;
 * they run in a process of their own. Called once for each project: the second time there is nothing to do.
 */
export default async function startDatabase({ rootDir }: { rootDir: string }): Promise<void> {
  if (globalThis.repriseTestDatabase) return;
  const support = join(rootDir, 'test', 'support');
  const holder = spawn(
    process.execPath,
    ['--import', join(support, 'register-typescript.mjs'), join(support, 'database-process.ts')],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  globalThis.repriseTestDatabase = holder;
  process.env[TEMPLATE_URL] = await firstLine(holder);
}

function firstLine(holder: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    holder.once('error', reject);
    holder.once('exit', (code) =>
      reject(new Error(`Expected the test database to start, but its process ended with code ${String(code)}`)),
    );
    if (holder.stdout) createInterface(holder.stdout).once('line', resolve);
  });
}
