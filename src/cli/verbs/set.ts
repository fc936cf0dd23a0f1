import type { Command } from 'commander';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { eachInstance, variablesFor } from '../each-instance.js';
import { withDeed, withVariables, type DeedOptions } from '../input/options.js';
import { GivenVariables, type VariableOptions } from '../input/variables.js';

/** `reprise set`: change variables. */
export function set(program: Command): void {
  const command = program
    .command('set')
    .description('change variables of instances that have not ended')
    .argument('<guid...>', 'process instances');
  withDeed(withVariables(command, 'a variable')).action(
    action<[guids: string[]], DeedOptions & VariableOptions>(async (session, [guids], options) => {
      const { reason, dryRun, expectedVersion } = options;
      const given = await GivenVariables.of(options);
      if (given.isEmpty)
        throw new CliError('Expected variables, but got none.', 'Give --set name=value, or --file variables.json');
      return eachInstance(session, guids, async (client, instanceGuid) => ({
        ...(await client.setProcessVariables({
          instanceGuid,
          ...(await variablesFor(client, instanceGuid, given)),
          ...(expectedVersion !== undefined && { expectedVersion }),
          ...(reason !== undefined && { comment: reason }),
          ...(dryRun === true && { dryRun }),
        })),
      }));
    }),
  );
}
