import type { Command } from 'commander';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';
import { readConfig, writeConfig, type Config } from '../settings/config-file.js';

/** A context, without its token. */
interface ContextItem {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly url: string;
  readonly tenant: string;
}

const CONTEXTS: Listing<ContextItem> = {
  columns: [
    { name: 'current', of: ({ isCurrent }) => isCurrent, shown: ({ isCurrent }) => (isCurrent ? '*' : '') },
    ...columnsOf<ContextItem>('name', 'url', 'tenant'),
  ],
  id: ({ name }) => name,
  empty: 'There is no context. Make one: reprise login --url <url> --tenant <tenant>',
};

/** `reprise context`: the servers that were logged in to. */
export function context(program: Command): void {
  const command = program.command('context').description('list, choose and forget the servers that were logged in to');
  command
    .command('list', { isDefault: true })
    .description('list the contexts')
    .action(
      action<[]>(async (session) => {
        const { current, contexts } = await readConfig(process.env);
        const items = Object.entries(contexts).map(([name, { url, tenant }]) => ({
          name,
          isCurrent: name === current,
          url,
          tenant,
        }));
        await session.output.many(items, CONTEXTS);
        return undefined;
      }),
    );
  command
    .command('use')
    .description('use a context where none is named')
    .argument('<name>')
    .action(
      action<[name: string]>(async (session, [name]) => {
        const config = await known(name);
        await writeConfig(process.env, { ...config, current: name });
        session.output.say(`Context ${name} is used from now on.`);
        return undefined;
      }),
    );
  command
    .command('remove')
    .description('forget a context, with its token')
    .argument('<name>')
    .action(
      action<[name: string]>(async (session, [name]) => {
        const { current, contexts } = await known(name);
        const others = Object.fromEntries(Object.entries(contexts).filter(([each]) => each !== name));
        await writeConfig(process.env, { current: current === name ? null : current, contexts: others });
        session.output.say(`Context ${name} is forgotten.`);
        return undefined;
      }),
    );
}

async function known(name: string): Promise<Config> {
  const config = await readConfig(process.env);
  if (Object.hasOwn(config.contexts, name)) return config;
  const names = Object.keys(config.contexts).join(', ') || 'none';
  throw new CliError(`There is no context '${name}'. Known: ${names}.`, 'Make one: reprise login --name <name> --url <url>');
}
