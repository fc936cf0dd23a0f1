import type { Command } from 'commander';
import type { FailureGroup } from '../../sdk/client.js';
import type { UpdateFailureGroupRequest } from '../../sdk/requests/failures.js';
import { action } from '../action.js';
import type { ExitCode } from '../exit-codes.js';
import { durationMs } from '../input/durations.js';
import { withLimit, withList } from '../input/options.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';
import { sparkline } from '../output/sparkline.js';
import type { Session } from '../session.js';

const STATES = ['open', 'acknowledged', 'snoozed'] as const;
const MOST = 100;

const GROUPS: Listing<FailureGroup> = {
  columns: [
    ...columnsOf<FailureGroup>('groupId', 'count'),
    {
      name: 'trend',
      of: ({ trend }) => trend.map(({ opened }) => opened),
      shown: ({ trend }) => sparkline(trend.map(({ opened }) => opened)),
    },
    ...columnsOf<FailureGroup>('processKey', 'activityId', 'errorCode', 'pattern', 'state', 'owner', 'note', 'lastSeen'),
  ],
  id: ({ groupId }) => groupId,
  empty: 'No failure is open.',
};

interface ListOptions {
  readonly process?: string;
  readonly task?: string;
  readonly code?: string;
  readonly class?: string;
  readonly owner?: string;
  readonly state?: readonly (typeof STATES)[number][];
  readonly text?: string;
  readonly settled?: boolean;
  readonly sort?: 'count' | 'firstSeen' | 'lastSeen';
  readonly limit: number;
}

interface Remark {
  readonly reason?: string;
}

/** `reprise failures`: open failures by their causes, and what people say about them. */
export function failures(program: Command): void {
  const command = program.command('failures').description('list open failures by their causes; say who looks after them');
  list(command.command('list', { isDefault: true }).description('list the groups, the largest first'));
  group(command, 'ack', 'say that somebody is at it').action(
    action<[group: string], Remark>((session, [groupId], remark) => update(session, groupId, { state: 'acknowledged' }, remark)),
  );
  group(command, 'reopen', 'take back what was said about its state').action(
    action<[group: string], Remark>((session, [groupId], remark) => update(session, groupId, { state: 'open' }, remark)),
  );
  group(command, 'snooze', 'hide it from those who look for open ones, for a while')
    .argument('<duration>', 'such as 2h', durationMs)
    .action(
      action<[group: string, ms: number], Remark>((session, [groupId, ms], remark) =>
        update(session, groupId, { state: 'snoozed', snoozedUntil: new Date(Date.now() + ms).toISOString() }, remark),
      ),
    );
  group(command, 'own', 'say who looks after it')
    .argument('<owner>', "a name; '' is nobody")
    .action(
      action<[group: string, owner: string], Remark>((session, [groupId, owner], remark) =>
        update(session, groupId, { owner }, remark),
      ),
    );
  group(command, 'note', 'say what is known about it')
    .argument('<text>', "'' is nothing")
    .action(
      action<[group: string, note: string], Remark>((session, [groupId, note], remark) =>
        update(session, groupId, { note }, remark),
      ),
    );
}

function group(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument('<group>', 'the group, as the list shows it')
    .option('--reason <text>', 'why, for the audit trail');
}

function list(command: Command): void {
  withLimit(withList(command, '--state <state>', 'in these states', STATES), 20)
    .option('--process <key>', 'of this process key')
    .option('--task <id>', 'of this task')
    .option('--code <code>', 'with this error code')
    .option('--class <class>', 'of this class of errors, such as SERVICE_UNAVAILABLE')
    .option('--owner <name>', 'that this person looks after')
    .option('--text <text>', 'with this text in message or code')
    .option('--settled', 'groups without an open failure, too')
    .option('--sort <key>', 'by count, firstSeen or lastSeen')
    .action(
      action<[], ListOptions>(async (session, _args, options) => {
        const { process, task, code, class: errorClass, owner, state, text, settled, sort, limit } = options;
        const page = await (
          await session.client()
        ).getFailureGroups({
          pageSize: Math.min(limit, MOST),
          ...(process !== undefined && { processKey: process }),
          ...(task !== undefined && { activityId: task }),
          ...(code !== undefined && { errorCode: code }),
          ...(errorClass !== undefined && { errorClass }),
          ...(owner !== undefined && { owner }),
          ...(state && { state }),
          ...(text !== undefined && { text }),
          ...(settled === true && { includeSettled: true }),
          ...(sort !== undefined && { sortBy: sort }),
        });
        await session.output.many(page.items, GROUPS);
        const [first] = page.items;
        if (page.totalRecords > page.items.length) session.output.warn(`${page.items.length} of ${page.totalRecords} groups.`);
        if (first) session.output.remark(`Next: ${session.command('batch', 'preview', 'retry', '--group', first.groupId)}`);
        return undefined;
      }),
    );
}

async function update(
  session: Session,
  groupId: string,
  change: Omit<UpdateFailureGroupRequest, 'groupId'>,
  { reason }: Remark,
): Promise<ExitCode | undefined> {
  const notes = await (
    await session.client()
  ).updateFailureGroup({
    groupId,
    ...change,
    ...(reason !== undefined && { comment: reason }),
  });
  const said = Object.entries(notes).filter(([name, value]) => name !== 'groupId' && value !== null && value !== '');
  session.output.one(notes, {
    id: groupId,
    lines: () => [groupId, ...said.map(([name, value]) => `  ${name}: ${String(value)}`)],
  });
  return undefined;
}
