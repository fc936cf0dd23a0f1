import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import { readConfig, type Config, type Context } from './config-file.js';

/** As it was said on the command line. */
export interface ServerFlags {
  readonly context?: string;
  readonly url?: string;
  readonly tenant?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Where `npm start` serves. */
const LOCAL_URL = 'http://127.0.0.1:3000';

/**
 * The server to speak to: flags win over the environment (`REPRISE_URL`, `REPRISE_TOKEN`, `REPRISE_TENANT`), that over the context, and
 * where there is nothing of all this, it is the server that was started in this directory. A context that is named by a flag is meant
 * with its URL, tenant and token. A stored token goes to the server that it was stored for, and to no other.
 * @throws CliError where no server or no token is known
 */
export async function chooseServer(flags: ServerFlags, env: Env): Promise<Context> {
  const config = await readConfig(env);
  const context = contextOf(config, flags.context);
  const from = (name: string): string | undefined => (flags.context === undefined ? setting(env, name) : undefined);
  const said = flags.url ?? from('REPRISE_URL');
  const local = context === null && isLocal(said) ? await localToken(env) : null;
  const url = said ?? context?.url ?? (local === null ? undefined : LOCAL_URL);
  if (url === undefined)
    throw new CliError(
      'No server is known: there is no context, no REPRISE_URL, no --url, and no server was started in this directory.',
      `Log in: reprise login --url ${LOCAL_URL} --tenant default`,
    );
  const stored = context !== null && originOf(url) === originOf(context.url) ? context.token : local;
  const token = from('REPRISE_TOKEN') ?? stored;
  if (token === null)
    throw new CliError(`No token is known for ${url}.`, `Log in: reprise login --url ${url}, or set REPRISE_TOKEN`);
  return { url, token, tenant: flags.tenant ?? from('REPRISE_TENANT') ?? context?.tenant ?? 'default' };
}

/** Null where none is named and none is current. */
function contextOf(config: Config, named: string | undefined): Context | null {
  const name = named ?? config.current;
  if (name === null) return null;
  const context = Object.hasOwn(config.contexts, name) ? config.contexts[name] : undefined;
  if (context) return context;
  if (named === undefined) return null;
  const known = Object.keys(config.contexts).join(', ') || 'none';
  throw new CliError(`There is no context '${named}'. Known: ${known}.`, 'List them: reprise context list');
}

/** The first token of a server whose data is in this directory; null where none has been started here. */
async function localToken(env: Env): Promise<string | null> {
  const directory = setting(env, 'REPRISE_DATA_DIR') ?? '.reprise';
  const token = await readFile(join(directory, 'admin-token'), 'utf8').catch(() => '');
  return token.trim() === '' ? null : token.trim();
}

function isLocal(url: string | undefined): boolean {
  return url === undefined || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(originOf(url)).hostname);
}

/** @throws CliError for what is no URL */
export function originOf(url: string): string {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new CliError(`Expected a URL such as ${LOCAL_URL}, but got '${url}'.`, 'Check --url, REPRISE_URL or the context');
  return new URL(url).origin;
}

function setting(env: Env, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}
