import type { Command } from 'commander';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';
import { count } from '../input/numbers.js';
import { withVariables, withWait } from '../input/options.js';
import { GivenVariables, type VariableOptions } from '../input/variables.js';
import { paintState } from '../output/paint.js';

interface StartOptions extends VariableOptions {
  readonly businessKey?: string;
  readonly guid?: string;
  readonly release?: number;
  readonly supervised?: boolean;
  readonly wait?: number;
}

/** `reprise start`: a process instance. That it runs into a failure is no failure of the start. */
export function start(program: Command): void {
  const command = program
    .command('start')
    .description('start a process instance')
    .argument('<processKey>', 'the id of the process in its model');
  withWait(withVariables(command, 'a variable'))
    .option('--business-key <key>', 'a key of the business, to find it by')
    .option('--guid <guid>', 'an id of your own: starting it twice is one start')
    .option('--release <version>', 'a version of the definition other than the newest', count)
    .option('--supervised', 'stand before each task until it is told to step')
    .action(
      action<[processKey: string], StartOptions>(async (session, [processKey], options) => {
        const { businessKey, guid, release, supervised, wait } = options;
        const given = await GivenVariables.of(options);
        const client = await session.client();
        const state = await client.startProcessInstance({
          processKey,
          variables: given.over({}),
          ...(businessKey !== undefined && { businessKey }),
          ...(guid !== undefined && { instanceGuid: guid }),
          ...(release !== undefined && { version: release }),
          ...(supervised === true && { executionMode: 'Supervised' as const }),
          ...(wait !== undefined && { waitMs: wait }),
        });
        const { instanceGuid, status, currentActivityId, error } = state;
        session.output.one(state, {
          id: instanceGuid,
          lines: (paint) => [
            `${instanceGuid}  ${paintState(paint, status)}${currentActivityId === null ? '' : ` at ${currentActivityId}`}`,
            ...(error ? [`  ${error.errorMessage}`] : []),
          ],
        });
        if (status === 'error' || status === 'waiting') session.output.remark(`Next: ${session.command('show', instanceGuid)}`);
        return EXIT.done;
      }),
    );
}
