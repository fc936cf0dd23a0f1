import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import type { ServerAccount } from './server-account.js';

/** An initialised database cluster on disk. */
export interface Cluster {
  /** PGDATA. */
  readonly data: string;
  readonly logFile: string;
  readonly password: string;
}

/** The superuser of the embedded server, and its database. */
export const EMBEDDED_USER = 'reprise';

/**
 * The cluster below `home`, made by `initdb` the first time. It is made aside and renamed when it is whole: a process that
 * is killed meanwhile leaves no half of one, and of two that start at once one wins and the other takes what it made.
 */
export async function prepareCluster(home: string, binaries: Binaries, account: ServerAccount | null): Promise<Cluster> {
  const directory = join(home, 'postgres');
  if (!(await isThere(join(directory, 'data', 'PG_VERSION')))) await createCluster(directory, binaries, account);
  const password = await readFile(join(directory, 'password'), 'utf8');
  return { data: join(directory, 'data'), logFile: join(directory, 'server.log'), password };
}

async function createCluster(directory: string, binaries: Binaries, account: ServerAccount | null): Promise<void> {
  const draft = `${directory}.${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { mode: 0o700 });
  const passwordFile = join(draft, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await (await open(join(draft, 'server.log'), 'a', 0o600)).close();
  if (account) for (const path of [draft, passwordFile, join(draft, 'server.log')]) await chown(path, account.uid, account.gid);
  const options = [
    ['-D', join(draft, 'data')],
    ['-U', EMBEDDED_USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
  ].flat();
  try {
    await run(binaries.initdb, options, account);
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await isThere(join(directory, 'data', 'PG_VERSION')))) throw error;
  }
}

function run(program: string, options: readonly string[], account: ServerAccount | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { ...account, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with code ${String(code)}: ${output.trim()}`));
    });
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
