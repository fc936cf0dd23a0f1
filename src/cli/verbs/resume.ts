import type { Command } from 'commander';
import { action } from '../action.js';
import { eachInstance, variablesFor } from '../each-instance.js';
import { withDeed, withVariables, type DeedOptions } from '../input/options.js';
import { GivenVariables, type VariableOptions } from '../input/variables.js';

/** `reprise resume`: go on where it was paused. */
export function resume(program: Command): void {
  const command = program.command('resume').description('let paused instances go on').argument('<guid...>', 'process instances');
  withDeed(withVariables(command, 'a corrected variable')).action(
    action<[guids: string[]], DeedOptions & VariableOptions>(async (session, [guids], options) => {
      const { reason, dryRun, expectedVersion } = options;
      const given = await GivenVariables.of(options);
      return eachInstance(session, guids, async (client, instanceGuid) => {
        const { variables, ...read } = await variablesFor(client, instanceGuid, given);
        return client.resumeProcessInstance({
          instanceGuid,
          ...read,
          ...(expectedVersion !== undefined && { expectedVersion }),
          ...(!given.isEmpty && { updatedVariables: variables }),
          ...(reason !== undefined && { resumeComment: reason }),
          ...(dryRun === true && { dryRun }),
        });
      });
    }),
  );
}
