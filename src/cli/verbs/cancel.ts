import type { Command } from 'commander';
import { action } from '../action.js';
import { eachInstance } from '../each-instance.js';
import { withDeed, withWait, type DeedOptions } from '../input/options.js';

interface CancelOptions extends DeedOptions {
  readonly wait?: number;
  readonly terminate?: boolean;
}

/** `reprise cancel`: end instances for good. */
export function cancel(program: Command): void {
  const command = program.command('cancel').description('end instances for good').argument('<guid...>', 'process instances');
  withWait(withDeed(command))
    .option('--terminate', 'at once, without telling the attempts that run')
    .action(
      action<[guids: string[]], CancelOptions>((session, [guids], { reason, dryRun, expectedVersion, wait, terminate }) =>
        eachInstance(session, guids, (client, instanceGuid) =>
          client.cancelProcessInstance({
            instanceGuid,
            ...(expectedVersion !== undefined && { expectedVersion }),
            ...(reason !== undefined && { reason }),
            ...(dryRun === true && { dryRun }),
            ...(wait !== undefined && { waitMs: wait }),
            ...(terminate === true && { mode: 'terminate' as const }),
          }),
        ),
      ),
    );
}
