import type { Command } from 'commander';
import { action } from '../action.js';
import { eachInstance } from '../each-instance.js';
import { withDeed, type DeedOptions } from '../input/options.js';

/** `reprise pause`: begin nothing new. */
export function pause(program: Command): void {
  const command = program
    .command('pause')
    .description('begin nothing new in instances until they are resumed')
    .argument('<guid...>', 'process instances');
  withDeed(command).action(
    action<[guids: string[]], DeedOptions>((session, [guids], { reason, dryRun, expectedVersion }) =>
      eachInstance(session, guids, (client, instanceGuid) =>
        client.pauseProcessInstance({
          instanceGuid,
          ...(expectedVersion !== undefined && { expectedVersion }),
          ...(reason !== undefined && { comment: reason }),
          ...(dryRun === true && { dryRun }),
        }),
      ),
    ),
  );
}
