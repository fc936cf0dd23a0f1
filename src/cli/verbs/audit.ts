import type { Command } from 'commander';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import type { AuditEntry, RepriseClient } from '../../sdk/client.js';
import type { GetAuditTrailRequest } from '../../sdk/requests/audit.js';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { withLimit, withList } from '../input/options.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';
import { auditCheckpoint } from './audit-checkpoint.js';
import { auditVerify } from './audit-verify.js';

const OUTCOMES = ['succeeded', 'failed', 'refused'] as const;
const PAGE = 100;

const ENTRIES: Listing<AuditEntry> = {
  columns: [
    ...columnsOf<AuditEntry>('at'),
    { name: 'actor', of: ({ actor }) => actor.id },
    { name: 'claimed', of: ({ actor }) => actor.claimed },
    ...columnsOf<AuditEntry>('action', 'outcome'),
    { name: 'dryRun', of: ({ detail }) => detail?.['dryRun'] ?? null },
    ...columnsOf<AuditEntry>('instanceGuid', 'taskId', 'attempt', 'comment'),
  ],
  id: ({ id }) => String(id),
  empty: 'No entry matches.',
};

interface AuditOptions {
  readonly instance?: string;
  readonly actor?: string;
  readonly action?: readonly string[];
  readonly outcome?: (typeof OUTCOMES)[number];
  readonly task?: string;
  readonly process?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

interface ExportOptions extends AuditOptions {
  readonly format: string;
  readonly toFile?: string;
  readonly proof?: boolean;
}

/** `reprise audit`: who did what, and whether the trail is intact. */
export function audit(program: Command): void {
  const command = program.command('audit').description('read, export and verify the audit trail');
  withLimit(
    withAuditFilter(command.command('list', { isDefault: true }).description('list entries, the newest first')),
    50,
  ).action(
    action<[], AuditOptions & { limit: number }>(async (session, _args, { limit, ...filter }) => {
      const rest = { isThere: false };
      await session.output.many(entries(await session.client(), auditFilterOf(filter), limit, rest), ENTRIES);
      if (rest.isThere) session.output.warn(`The newest ${limit}. More: --limit <items>, or all of them: audit export`);
      return undefined;
    }),
  );
  withAuditFilter(command.command('export').description('write all entries that match, the oldest first'))
    .option(
      '--format <format>',
      'csv or ndjson',
      (text) => (text === 'csv' ? 'text/csv' : 'application/x-ndjson'),
      'application/x-ndjson',
    )
    .option('--proof', 'ndjson: with seals and a signed checkpoint, so that it can be verified without the server')
    .option('--to-file <path>', 'into this file instead of the standard output')
    .action(
      action<[], ExportOptions>(async (session, _args, { format, toFile, proof, ...filter }) => {
        const client = await session.client();
        const bytes = await client.download({
          path: '/api/core/audit',
          accept: format,
          query: { ...auditFilterOf(filter), proof },
        });
        const target = toFile === undefined ? process.stdout : createWriteStream(toFile, { mode: 0o600 });
        await pipeline(Readable.fromWeb(bytes), target, { end: toFile !== undefined }).catch(brokenOff);
        return undefined;
      }),
    );
  auditVerify(command);
  auditCheckpoint(command);
}

function brokenOff(error: Error): never {
  throw new CliError(
    `The export broke off: ${error.message}. What was written is not complete.`,
    'Export it again',
    EXIT.unreachable,
  );
}

function withAuditFilter(command: Command): Command {
  return withList(command, '--action <name>', 'of these actions, with commas: RetryFailedTask, RetriesExhausted, ...')
    .option('--instance <guid>', 'of this process instance')
    .option('--actor <id>', 'of this principal')
    .option('--outcome <outcome>', `with this outcome: ${OUTCOMES.join(', ')}`)
    .option('--task <id>', 'of this task')
    .option('--process <key>', 'of this process key')
    .option('--from <instant>', 'not before this instant or date')
    .option('--to <instant>', 'not after this instant or date')
    .option('--text <text>', 'with this text in action, comment, actor, task or instance');
}

function auditFilterOf({ instance, process, task, ...rest }: AuditOptions): GetAuditTrailRequest {
  return {
    ...rest,
    ...(instance !== undefined && { instanceGuid: instance }),
    ...(process !== undefined && { processKey: process }),
    ...(task !== undefined && { taskId: task }),
  };
}

async function* entries(
  client: RepriseClient,
  filter: GetAuditTrailRequest,
  limit: number,
  rest: { isThere: boolean },
): AsyncGenerator<AuditEntry> {
  let cursor: string | null = null;
  for (let left = limit; left > 0;) {
    const page: Awaited<ReturnType<RepriseClient['getAuditTrail']>> = await client.getAuditTrail({
      ...filter,
      pageSize: Math.min(PAGE, left),
      ...(cursor !== null && { cursor }),
    });
    yield* page.items;
    left -= page.items.length;
    cursor = page.nextCursor;
    rest.isThere = cursor !== null;
    if (cursor === null) return;
  }
}
