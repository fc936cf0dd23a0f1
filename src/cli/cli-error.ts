import { EXIT, type ExitCode } from './exit-codes.js';

/** What was asked for cannot be done, for a reason on this side of the wire: a sentence, and what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly next: string | null = null,
    readonly exitCode: ExitCode = EXIT.usage,
  ) {
    super(message);
  }
}
