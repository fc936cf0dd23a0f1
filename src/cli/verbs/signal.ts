import type { Command } from 'commander';
import { action } from '../action.js';
import { eachInstance, variablesFor } from '../each-instance.js';
import { withDeed, withTask, withVariables, type DeedOptions } from '../input/options.js';
import { GivenVariables, type VariableOptions } from '../input/variables.js';

interface SignalOptions extends DeedOptions, VariableOptions {
  readonly task?: string;
  readonly action?: string;
}

/** `reprise signal`: complete what waits. */
export function signal(program: Command): void {
  const command = program
    .command('signal')
    .description('complete the user task, receive task or message event that instances wait in')
    .argument('<guid...>', 'process instances');
  withDeed(withTask(withVariables(command, 'a variable of the result'), 'which waiting task; without it the oldest'))
    .option('--action <action>', 'the user action taken, as the model declares it')
    .action(
      action<[guids: string[]], SignalOptions>(async (session, [guids], options) => {
        const { task, action: taken, reason, dryRun, expectedVersion } = options;
        const given = await GivenVariables.of(options);
        return eachInstance(session, guids, async (client, instanceGuid) => {
          const { variables, ...read } = await variablesFor(client, instanceGuid, given);
          return client.signalProcessInstance({
            instanceGuid,
            ...read,
            ...(expectedVersion !== undefined && { expectedVersion }),
            ...(!given.isEmpty && { callbackData: variables }),
            ...(task !== undefined && { taskId: task }),
            ...(taken !== undefined && { action: taken }),
            ...(reason !== undefined && { comment: reason }),
            ...(dryRun === true && { dryRun }),
          });
        });
      }),
    );
}
