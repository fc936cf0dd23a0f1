import type { Command } from 'commander';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { count, rate } from '../input/numbers.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';

/** A limit, as the server shows it. */
interface LimitItem {
  readonly key: string;
  readonly maxConcurrent: number | null;
  readonly ratePerSecond: number | null;
  readonly held: number;
  readonly waiting: number;
  readonly comment: string | null;
  readonly setBy: string;
  readonly setAt: string;
}

const LIMITS: Listing<LimitItem> = {
  columns: columnsOf<LimitItem>('key', 'maxConcurrent', 'ratePerSecond', 'held', 'waiting', 'comment', 'setBy', 'setAt'),
  id: ({ key }) => key,
  empty: 'Nothing is limited.',
};

interface SetOptions {
  readonly concurrency?: number;
  readonly rate?: number;
  readonly reason?: string;
}

/** `reprise limits`: how many attempts at once, or in a second. */
export function limits(program: Command): void {
  const command = program.command('limits').description('see, set and remove limits of attempts at once, or in a second');
  command
    .command('list', { isDefault: true })
    .description('list the limits, with what uses them and waits for them now')
    .action(
      action<[]>(async (session) => {
        const answer = await (await session.client()).getLimits();
        await session.output.many(answer['items'] as readonly LimitItem[], LIMITS);
        return undefined;
      }),
    );
  command
    .command('set')
    .description('limit a task type or an endpoint')
    .argument('<key>', 'task:<type> or https://host:port')
    .option('--concurrency <attempts>', 'attempts at once, over all servers', count)
    .option('--rate <attempts>', 'attempts that begin in a second, over all servers; 0.1 is one in ten seconds', rate)
    .option('--reason <text>', 'why, for the audit trail and the list')
    .action(
      action<[key: string], SetOptions>(async (session, [key], { concurrency, rate: ratePerSecond, reason }) => {
        if (concurrency === undefined && ratePerSecond === undefined)
          throw new CliError('Expected --concurrency or --rate, but neither is given.', 'For example --concurrency 5');
        const client = await session.client();
        const limit = await client.setLimit({
          key,
          ...(concurrency !== undefined && { maxConcurrent: concurrency }),
          ...(ratePerSecond !== undefined && { ratePerSecond }),
          ...(reason !== undefined && { comment: reason }),
        });
        session.output.one(limit, {
          id: key,
          lines: () => [`${String(limit['key'])} is limited on all servers within a second.`],
        });
        return undefined;
      }),
    );
  command
    .command('remove')
    .description('take a limit away: what waits for it goes on')
    .argument('<key>', 'as the list shows it')
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[key: string], { reason?: string }>(async (session, [key], { reason }) => {
        const client = await session.client();
        const removed = await client.removeLimit({ key, ...(reason !== undefined && { comment: reason }) });
        session.output.one(removed, { id: key, lines: () => [`${key} is not limited any more.`] });
        return undefined;
      }),
    );
}
