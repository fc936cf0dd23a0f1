import type { Command } from 'commander';
import { action } from '../action.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';

/** An ended attempt, as the state shows it. */
interface Attempt {
  readonly taskId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly decision: string | null;
  readonly decisionReason: string | null;
  readonly worker: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
}

const ATTEMPTS: Listing<Attempt> = {
  columns: columnsOf<Attempt>(
    'taskId',
    'attempt',
    'outcome',
    'errorCode',
    'errorMessage',
    'decision',
    'decisionReason',
    'worker',
    'startedAt',
    'endedAt',
  ),
  id: ({ taskId, attempt }) => `${taskId}/${attempt}`,
  empty: 'No attempt has ended.',
};

/** `reprise attempts`: what was tried, what came of it, and what was decided. */
export function attempts(program: Command): void {
  program
    .command('attempts')
    .description('list the ended attempts of a process instance, with what was decided about each (the newest 100)')
    .argument('<guid>', 'the process instance')
    .action(
      action<[guid: string]>(async (session, [instanceGuid]) => {
        const state = await (await session.client()).getProcessInstanceState({ instanceGuid });
        await session.output.many((state['attempts'] ?? []) as readonly Attempt[], ATTEMPTS);
        return undefined;
      }),
    );
}
