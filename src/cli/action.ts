import type { Command } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.js';
import { Session, type GlobalOptions } from './session.js';

/** What a verb does. `args` are those that its usage names, in order. It resolves with the process's exit code; nothing: done. */
export type Deed<Args extends readonly unknown[], Options> = (
  session: Session,
  args: Args,
  options: Options,
) => Promise<ExitCode | undefined>;

/** The deed as commander calls it. */
export function action<Args extends readonly unknown[], Options = object>(
  deed: Deed<Args, Options>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const session = new Session(command.optsWithGlobals<GlobalOptions>());
    // Commander has checked them against the usage that the verb declares.
    const code = await deed(session, command.processedArgs as unknown as Args, command.opts<Options & object>());
    process.exitCode = code ?? EXIT.done;
  };
}
