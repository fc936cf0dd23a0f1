import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The account that runs the server where this process is root: Postgres refuses to run as root. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` when this process is root, else null: the server runs as we do. */
export async function findServerAccount(): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] =
    accounts
      .split('\n')
      .find((line) => line.startsWith('nobody:'))
      ?.split(':') ?? [];
  return { uid: Number(uid ?? 65534) || 65534, gid: Number(gid ?? 65534) || 65534 };
}

/** Whether any account can read the directory and walk down to it. */
export async function canReach(directory: string): Promise<boolean> {
  if (((await stat(directory)).mode & 0o005) !== 0o005) return false;
  for (let path = resolve(directory); dirname(path) !== path; path = dirname(path)) {
    if (((await stat(dirname(path))).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * The directory in which the server keeps its files: `dataDir` itself wherever that can be. As root below a directory
 * that others cannot walk through (a checkout in /root), it is one in /var/lib named by the hash of the path, or in the
 * temporary directory where even that cannot be written.
 */
export async function chooseHome(
  dataDir: string,
  account: ServerAccount | null,
  log: (message: string) => void,
): Promise<string> {
  const wanted = resolve(dataDir);
  await mkdir(wanted, { recursive: true, mode: 0o755 });
  if (account === null) return wanted;
  const { mode } = await stat(wanted);
  if (await canWalkTo(wanted)) {
    if ((mode & 0o001) === 0) await chmod(wanted, mode | 0o001);
    return wanted;
  }
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  for (const parent of ['/var/lib/reprise', join(tmpdir(), 'reprise')]) {
    const home = join(parent, name);
    try {
      await mkdir(home, { recursive: true, mode: 0o755 });
    } catch {
      continue;
    }
    if (!(await canWalkTo(home))) continue;
    log(`Running as root: PostgreSQL runs as 'nobody', which cannot enter ${wanted}. Its data is in ${home} instead.`);
    return home;
  }
  throw new Error(
    `Running as root: PostgreSQL must run as 'nobody', which cannot enter ${wanted}. Set REPRISE_DATA_DIR to a directory that every account can reach, or DATABASE_URL to a server of yours.`,
  );
}

/** Whether every account can walk down to the parent of `directory`. */
async function canWalkTo(directory: string): Promise<boolean> {
  for (let path = directory; dirname(path) !== path; path = dirname(path)) {
    if (((await stat(dirname(path))).mode & 0o001) === 0) return false;
  }
  return true;
}
