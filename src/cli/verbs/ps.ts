import type { Command } from 'commander';
import type { RepriseClient } from '../../sdk/client.js';
import type { GetProcessInstanceListRequest } from '../../sdk/requests/instances.js';
import { action } from '../action.js';
import { filterOf } from '../input/instance-filter.js';
import { withFilter, withLimit, type FilterOptions } from '../input/options.js';
import { INSTANCES, type InstanceItem } from '../output/instances.js';

/** Items of one answer. */
const PAGE = 100;

interface PsOptions extends FilterOptions {
  readonly limit: number;
  readonly sort?: NonNullable<GetProcessInstanceListRequest['sortBy']>;
  readonly asc?: boolean;
}

/** `reprise ps`: instances, the newest first. */
export function ps(program: Command): void {
  const command = program.command('ps').description('list process instances, the newest first');
  withLimit(withFilter(command), 20)
    .option('--sort <key>', 'by startedAt, lastUpdated, status, businessKey, processKey or instanceGuid')
    .option('--asc', 'the smallest, or oldest, first')
    .action(
      action<[], PsOptions>(async (session, _args, options) => {
        const client = await session.client();
        const total = { records: 0 };
        const shown = await session.output.many(pages(client, options, total), INSTANCES);
        if (shown < total.records) session.output.warn(`${shown} of ${total.records}. All of them: --limit ${total.records}`);
        return undefined;
      }),
    );
}

/** Up to the limit, page by page. */
async function* pages(
  client: RepriseClient,
  { limit, sort, asc, ...filter }: PsOptions,
  total: { records: number },
): AsyncGenerator<InstanceItem> {
  const wanted = {
    ...filterOf(filter),
    ...(sort !== undefined && { sortBy: sort }),
    ...(asc === true && { sortDirection: 'asc' as const }),
  };
  for (let pageNumber = 1, left = limit; left > 0; pageNumber++) {
    const page = await client.getProcessInstanceList({ ...wanted, pageNumber, pageSize: Math.min(PAGE, limit) });
    total.records = page.totalRecords;
    const items = page.items.slice(0, left) as unknown as readonly InstanceItem[];
    yield* items;
    left -= items.length;
    if (!page.hasNextPage) return;
  }
}
