import type { Command } from 'commander';
import type { Batch, BatchItems, BatchItemState, RepriseClient } from '../../sdk/client.js';
import type { GetBatchItemsRequest } from '../../sdk/requests/batches.js';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';
import { withLimit, withList } from '../input/options.js';
import { BATCH_ITEMS, BATCHES, batchLines } from '../output/batches.js';
import type { Session } from '../session.js';
import { batchPreview } from './batch-preview.js';
import { batchRepeat, batchRun } from './batch-run.js';
import { watchBatch } from './batch-watch.js';

const STATES = ['running', 'paused', 'stopped', 'aborting', 'aborted', 'completed'] as const;
const ITEM_STATES = [
  'pending',
  'running',
  'recovered',
  'done',
  'failed-again',
  'still-running',
  'interrupted',
  'refused',
  'moved-on',
  'not-attempted',
] as const satisfies readonly BatchItemState[];
const ITEMS_PAGE = 1_000;

/** `reprise batch`: a command on many instances. */
export function batch(program: Command): void {
  const command = program.command('batch').description('do a command on many instances, and find out what came of each');
  batchPreview(command);
  batchRun(command);
  list(command);
  one(command, 'get', 'show how a batch stands').action(
    action<[id: string]>(async (session, [batchId]) => {
      print(session, await (await session.client()).getBatch({ batchId }));
      return EXIT.done;
    }),
  );
  items(command);
  one(command, 'watch', 'follow a batch to its end').action(
    action<[id: string]>(async (session, [batchId]) => watchBatch(session, await (await session.client()).getBatch({ batchId }))),
  );
  move(command, 'pause', 'let it begin nothing more until it is resumed', (client) => client.pauseBatch);
  move(command, 'resume', 'let a paused or stopped batch go on', (client) => client.resumeBatch);
  move(command, 'abort', 'end it: nothing more begins', (client) => client.abortBatch);
  batchRepeat(command);
}

function one(command: Command, name: string, description: string): Command {
  return command.command(name).description(description).argument('<batch>', 'the batch, as the list shows it');
}

function print(session: Session, found: Batch): void {
  session.output.one(found, { id: found.batchId, lines: (paint) => batchLines(found, paint) });
}

function list(command: Command): void {
  withLimit(
    withList(
      command.command('list').description('list batches, the newest first'),
      '--status <status>',
      'in these states',
      STATES,
    ),
    20,
  ).action(
    action<[], { status?: readonly (typeof STATES)[number][]; limit: number }>(async (session, _args, { status, limit }) => {
      const client = await session.client();
      const page = await client.getBatchList({ pageSize: Math.min(limit, 100), ...(status && { status }) });
      await session.output.many(page.items, BATCHES);
      return EXIT.done;
    }),
  );
}

type ItemStates = readonly (typeof ITEM_STATES)[number][];

function items(command: Command): void {
  withList(
    one(command, 'items', 'list what became of each item: the report'),
    '--state <state>',
    'in these states',
    ITEM_STATES,
  ).action(
    action<[id: string], { state?: ItemStates }>(async (session, [batchId], { state }) => {
      const client = await session.client();
      await session.output.many(itemsOf(client, { batchId, ...(state && { state }) }), BATCH_ITEMS);
      return EXIT.done;
    }),
  );
}

async function* itemsOf(client: RepriseClient, wanted: GetBatchItemsRequest): AsyncGenerator<BatchItems['items'][number]> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: BatchItems = await client.getBatchItems({ ...wanted, pageSize: ITEMS_PAGE, ...(cursor !== '' && { cursor }) });
    yield* page.items;
    cursor = page.nextCursor;
  }
}

type Move = RepriseClient['pauseBatch'];

function move(command: Command, name: string, description: string, of: (client: RepriseClient) => Move): void {
  one(command, name, description)
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[id: string], { reason?: string }>(async (session, [batchId], { reason }) => {
        const client = await session.client();
        print(session, await of(client)({ batchId, ...(reason !== undefined && { comment: reason }) }));
        return EXIT.done;
      }),
    );
}
