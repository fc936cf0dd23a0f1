import type { Command } from 'commander';
import { action } from '../action.js';
import { eachInstance, variablesFor } from '../each-instance.js';
import { withDeed, withTask, withVariables, withWait, type DeedOptions } from '../input/options.js';
import { GivenVariables, type VariableOptions } from '../input/variables.js';

interface SkipOptions extends DeedOptions, VariableOptions {
  readonly task?: string;
  readonly wait?: number;
  readonly toTask?: string;
}

/** `reprise skip`: go on behind failed tasks, with a stated result. */
export function skip(program: Command): void {
  const command = program
    .command('skip')
    .description('pass over the failed task of instances, with a stated result')
    .argument('<guid...>', 'process instances');
  withWait(
    withDeed(withTask(withVariables(command, 'a variable of the result'), 'which failure; without it the oldest open one')),
  )
    .option('--to-task <id>', 'where to go on, where there are several ways out')
    .action(
      action<[guids: string[]], SkipOptions>(async (session, [guids], options) => {
        const { task, wait, reason, dryRun, expectedVersion, toTask } = options;
        const given = await GivenVariables.of(options);
        return eachInstance(session, guids, async (client, instanceGuid) => {
          const { variables, ...read } = await variablesFor(client, instanceGuid, given);
          return client.skipFailedTask({
            instanceGuid,
            ...read,
            ...(expectedVersion !== undefined && { expectedVersion }),
            ...(!given.isEmpty && { additionalData: variables }),
            ...(task !== undefined && { taskId: task }),
            ...(toTask !== undefined && { toActivityId: toTask }),
            ...(wait !== undefined && { waitMs: wait }),
            ...(reason !== undefined && { comment: reason }),
            ...(dryRun === true && { dryRun }),
          });
        });
      }),
    );
}
