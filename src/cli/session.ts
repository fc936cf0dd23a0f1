import { createClient, type RepriseClient } from '../sdk/client.js';
import { Output, type Format } from './output/output.js';
import type { Context } from './settings/config-file.js';
import { chooseServer, type ServerFlags } from './settings/server-choice.js';

/** Options that every verb has. */
export interface GlobalOptions extends ServerFlags {
  readonly output: Format;
  readonly quiet?: boolean;
  readonly retryFor?: number;
}

/** For how long a call is repeated while the server is away or busy, in ms, where nothing else is said. Somebody waits for the prompt. */
const RETRY_FOR_MS = 3_000;

/** What one call of a verb works with. */
export class Session {
  readonly output: Output;
  private readonly server: Promise<Context>;
  private known: RepriseClient | null = null;

  constructor(readonly options: GlobalOptions) {
    this.output = new Output(options.output, options.quiet === true);
    this.server = chooseServer(options, process.env);
    // Verbs that need no server do not ask for one.
    this.server.catch(() => undefined);
  }

  /** @throws CliError where no server or no token is known */
  async client(): Promise<RepriseClient> {
    this.known ??= await this.patientClient(RETRY_FOR_MS);
    return this.known;
  }

  /** One that repeats its calls for so long where the command line says nothing else. */
  async patientClient(retryForMs: number): Promise<RepriseClient> {
    const { url, tenant, token } = await this.server;
    return createClient({ baseUrl: url, tenant, token, retryForMs: this.options.retryFor ?? retryForMs });
  }

  /** Where it speaks to, for sentences. */
  async url(): Promise<string> {
    return (await this.server).url;
  }

  /** A command to copy, which speaks to the same server. */
  command(...words: readonly string[]): string {
    const { context, url, tenant } = this.options;
    const flags = Object.entries({ context, url, tenant }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    );
    return ['reprise', ...words, ...flags].map(quote).join(' ');
  }
}

/** For a shell. A word like <this> is to be replaced by who copies it. */
function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) || /^<[\w ]+>$/.test(word)) return word.startsWith('<') ? `'${word}'` : word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
