import type { Command } from 'commander';
import type { JsonObject } from '../../sdk/client.js';
import { action } from '../action.js';
import { durationMs } from '../input/durations.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';
import type { Session } from '../session.js';

/** A circuit, as the server shows it. */
interface CircuitItem {
  readonly circuit: string;
  readonly state: string;
  readonly since: string;
  readonly reason: string;
  readonly probeAt: string | null;
  readonly held: number;
  readonly parked: number;
}

const CIRCUITS: Listing<CircuitItem> = {
  columns: columnsOf<CircuitItem>('circuit', 'state', 'held', 'parked', 'since', 'probeAt', 'reason'),
  id: ({ circuit }) => circuit,
  empty: 'No circuit is open.',
};

/** `reprise breaker`: what attempts depend on, and holding them back. */
export function breaker(program: Command): void {
  const command = program.command('breaker').description('see, open and close the circuits of endpoints and task types');
  command
    .command('list', { isDefault: true })
    .description('list the circuits that are not closed')
    .option('--closed', 'also those that are closed and have seen failures within the last hour')
    .action(
      action<[], { closed?: boolean }>(async (session, _args, { closed }) => {
        const answer = await (await session.client()).getCircuits(closed === true ? { includeClosed: true } : {});
        await session.output.many(answer['items'] as readonly CircuitItem[], CIRCUITS);
        return undefined;
      }),
    );
  command
    .command('open')
    .description('hold back automatic attempts')
    .argument('<circuit>', 'https://host:port or task:<type>')
    .option('--for <duration>', 'probe it after this time; without it, hold back until it is closed', durationMs)
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[circuit: string], { for?: number; reason?: string }>(async (session, [circuit], { for: forMs, reason }) => {
        const client = await session.client();
        const comment = reason !== undefined && { comment: reason };
        tell(session, circuit, await client.openCircuit({ circuit, ...(forMs !== undefined && { forMs }), ...comment }));
        return undefined;
      }),
    );
  command
    .command('close')
    .description('let attempts through again, in cohorts that double')
    .argument('<circuit>', 'as the list shows it')
    .option('--reason <text>', 'why, for the audit trail')
    .action(
      action<[circuit: string], { reason?: string }>(async (session, [circuit], { reason }) => {
        const client = await session.client();
        tell(session, circuit, await client.closeCircuit({ circuit, ...(reason !== undefined && { comment: reason }) }));
        return undefined;
      }),
    );
}

function tell(session: Session, circuit: string, answer: JsonObject): void {
  const { state, reason } = answer;
  session.output.one(answer, { id: circuit, lines: () => [`${circuit}  ${String(state)}: ${String(reason)}`] });
}
