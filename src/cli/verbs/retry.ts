import type { Command } from 'commander';
import { action } from '../action.js';
import { eachInstance, variablesFor } from '../each-instance.js';
import { withDeed, withTask, withVariables, withWait, type DeedOptions } from '../input/options.js';
import { GivenVariables, type VariableOptions } from '../input/variables.js';

interface RetryOptions extends DeedOptions, VariableOptions {
  readonly task?: string;
  readonly wait?: number;
  readonly resetAttempts?: boolean;
  readonly undoOnFailure?: boolean;
  readonly ignoreCircuit?: boolean;
}

/** `reprise retry`: failed tasks again, with corrected variables. */
export function retry(program: Command): void {
  const command = program
    .command('retry')
    .description('execute the failed task of instances again, with corrected variables')
    .argument('<guid...>', 'process instances');
  withWait(withDeed(withTask(withVariables(command, 'a corrected variable'), 'which failure; without it the oldest open one')))
    .option('--reset-attempts', 'with a fresh automatic budget')
    .option('--undo-on-failure', 'undo the change of variables if the attempt fails')
    .option('--ignore-circuit', 'even where the circuit of its endpoint is open')
    .action(
      action<[guids: string[]], RetryOptions>(async (session, [guids], options) => {
        const { task, wait, reason, dryRun, expectedVersion, resetAttempts, undoOnFailure, ignoreCircuit } = options;
        const given = await GivenVariables.of(options);
        return eachInstance(session, guids, async (client, instanceGuid) => {
          const { variables, ...read } = await variablesFor(client, instanceGuid, given);
          return client.retryFailedTask({
            instanceGuid,
            ...read,
            ...(expectedVersion !== undefined && { expectedVersion }),
            ...(!given.isEmpty && { updatedVariables: variables }),
            ...(task !== undefined && { taskId: task }),
            ...(wait !== undefined && { waitMs: wait }),
            ...(reason !== undefined && { comment: reason }),
            ...(dryRun === true && { dryRun }),
            ...(resetAttempts === true && { attempts: 'reset' as const }),
            ...(undoOnFailure === true && { keepVariables: 'onSuccess' as const }),
            ...(ignoreCircuit === true && { ignoreCircuit }),
          });
        });
      }),
    );
}
