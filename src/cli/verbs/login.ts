import type { Command } from 'commander';
import { createClient, RepriseError } from '../../sdk/client.js';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { readSecret } from '../input/ask.js';
import { readText } from '../input/read-text.js';
import { readConfig, writeConfig } from '../settings/config-file.js';
import { originOf } from '../settings/server-choice.js';

interface LoginOptions {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly name?: string;
}

/** `reprise login`: verifies a token and keeps it as a context. */
export function login(program: Command): void {
  program
    .command('login')
    .description('verify a token and keep it, with --url and --tenant, as a context')
    .option('--token <token>', 'visible to others on this machine while it runs: better from a file, or typed')
    .option('--token-file <path>', 'a file with the token; - is the standard input')
    .option('--name <context>', 'of the context; default without it')
    .action(
      action<[], LoginOptions>(
        async (session, _args, { token: given, tokenFile, name = session.options.context ?? 'default' }) => {
          const url = session.options.url ?? process.env['REPRISE_URL'];
          const tenant = session.options.tenant ?? process.env['REPRISE_TENANT'] ?? 'default';
          if (url === undefined) throw new CliError('Expected --url of the server.', 'For example --url http://127.0.0.1:3000');
          originOf(url);
          const token = given ?? (tokenFile === undefined ? await readSecret('Token: ') : (await readText(tokenFile)).trim());
          if (token === '') throw new CliError('Expected a token, but got none.', 'Give --token-file <path>, or type it');
          await verify({ baseUrl: url, tenant, token, retryForMs: session.options.retryFor ?? 3_000 });
          const { contexts } = await readConfig(process.env);
          const path = await writeConfig(process.env, {
            current: name,
            contexts: { ...contexts, [name]: { url, tenant, token } },
          });
          const kept = { context: name, url, tenant, file: path };
          session.output.one(kept, {
            id: name,
            lines: () => [`Logged in: context ${name} is ${url}, tenant ${tenant} (${path}).`],
          });
          return undefined;
        },
      ),
    );
}

/** By a small query; a token that may not even do that is still one of this tenant. @throws RepriseError */
async function verify(options: Parameters<typeof createClient>[0]): Promise<void> {
  try {
    await createClient(options).getProcessInstanceList({ pageSize: 1 });
  } catch (error) {
    const { requiredPermission } = Object(error instanceof RepriseError ? error.data : null) as { requiredPermission?: unknown };
    if (typeof requiredPermission !== 'string') throw error;
  }
}
