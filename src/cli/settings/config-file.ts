import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.js';

/** A server, and as whom it is spoken to. */
export interface Context {
  readonly url: string;
  readonly tenant: string;
  readonly token: string;
}

/** What `reprise login` has written. */
export interface Config {
  /** The context that is used where none is named; null: none. */
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `REPRISE_CONFIG`, or `reprise/config.json` where XDG has settings. */
function configPath(env: Env): string {
  const own = env['REPRISE_CONFIG'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_CONFIG_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.config'), 'reprise', 'config.json');
}

/** Without any context where there is no file. @throws CliError where there is one that cannot be read */
export async function readConfig(env: Env): Promise<Config> {
  const path = configPath(env);
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as Partial<Config> | null;
    if (typeof found?.contexts !== 'object') throw new Error('it has no contexts');
    return { current: found.current ?? null, contexts: found.contexts };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, contexts: {} };
    throw new CliError(
      `Expected settings in ${path}, but: ${(error as Error).message}`,
      'Repair or remove the file, and log in again',
    );
  }
}

/** Readable by its owner alone: it holds tokens. Whoever reads it meanwhile sees the old one or the new one. */
export async function writeConfig(env: Env, config: Config): Promise<string> {
  const path = configPath(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
  return path;
}
