import type { Command } from 'commander';
import { durationMs } from './durations.js';
import { count, listed, listedOf, repeated } from './numbers.js';

const STATUSES = ['running', 'waiting', 'error', 'paused', 'completed', 'cancelled'] as const;

/** Which instances are meant. */
export interface FilterOptions {
  readonly status?: readonly (typeof STATUSES)[number][];
  readonly process?: string;
  readonly definition?: string;
  readonly businessKey?: string;
  readonly failedTask?: string;
  readonly errorText?: string;
  readonly group?: string;
  readonly retrying?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly where?: readonly string[];
}

/** Those of the list and of batches. */
export function withFilter(command: Command): Command {
  return command
    .option('--status <status>', `in these states: ${STATUSES.join(', ')}; several with commas`, listedOf(STATUSES))
    .option('--process <key>', 'of this process key')
    .option('--definition <id>', 'of this process definition')
    .option('--business-key <key>', 'with this business key')
    .option('--failed-task <id>', 'with an open failure of this task')
    .option('--error-text <text>', 'with an open failure whose message has this text')
    .option('--group <id>', 'with an open failure of this group (see reprise failures)')
    .option('--retrying', 'with a task that waits for its next automatic attempt')
    .option('--no-retrying', 'without such a task')
    .option('--from <instant>', 'started not before this instant or date')
    .option('--to <instant>', 'started not after this instant or date')
    .option('--where <path=value>', 'with this value of a variable; several times: all must hold', repeated);
}

/** `--set` and `--file`. */
export function withVariables(command: Command, what: string): Command {
  return command
    .option('--set <name=value>', `${what}; JSON where it can be read as JSON; a.b=1 sets a part`, repeated)
    .option('--file <path>', `${what}, as a JSON object in a file; - is the standard input`);
}

/** Options of what an operator does with instances. */
export interface DeedOptions {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly expectedVersion?: number;
}

/** `--reason`, `--dry-run`, `--expected-version`. */
export function withDeed(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the audit trail')
    .option('--dry-run', 'tell what would happen, change nothing')
    .option('--expected-version <version>', 'refuse if the instance is no longer at this version', count);
}

/** `--task`. */
export function withTask(command: Command, what: string): Command {
  return command.option('--task <id>', what);
}

/** `--wait`. */
export function withWait(command: Command): Command {
  return command.option('--wait <duration>', 'how long to wait for the outcome, such as 10s', durationMs);
}

/** `--limit`. */
export function withLimit(command: Command, limit: number): Command {
  return command.option('--limit <items>', `so many at most`, count, limit);
}

/** Several values with commas. */
export function withList(command: Command, flags: string, what: string, choices?: readonly string[]): Command {
  return command.option(flags, choices ? `${what}: ${choices.join(', ')}` : what, choices ? listedOf(choices) : listed);
}
