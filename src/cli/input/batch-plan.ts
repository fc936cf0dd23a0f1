import type { Command } from 'commander';
import type { JsonObject } from '../../sdk/client.js';
import type { StartBatchRequest } from '../../sdk/requests/batches.js';
import { CliError } from '../cli-error.js';
import { durationMs } from './durations.js';
import { filterOf } from './instance-filter.js';
import { count, rate } from './numbers.js';
import { withFilter, withVariables, type FilterOptions } from './options.js';
import { readText } from './read-text.js';
import { GivenVariables, type VariableOptions } from './variables.js';

type Kind = StartBatchRequest['kind'];

/** What is done on each, as it is typed, and the parameter that takes variables; null: it takes none. */
const KINDS: Readonly<Record<string, { readonly kind: Kind; readonly variables: string | null }>> = {
  retry: { kind: 'retry', variables: 'updatedVariables' },
  skip: { kind: 'skip', variables: 'additionalData' },
  cancel: { kind: 'cancel', variables: null },
  pause: { kind: 'pause', variables: null },
  resume: { kind: 'resume', variables: 'updatedVariables' },
  set: { kind: 'set-variables', variables: 'variables' },
  'retry-now': { kind: 'retry-now', variables: null },
};

/** For `--help`. */
export const KIND_NAMES = Object.keys(KINDS).join(', ');

export interface BatchPlanOptions extends FilterOptions, VariableOptions {
  readonly all?: boolean;
  readonly idsFrom?: string;
  readonly reason?: string;
  readonly canary?: number;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly maxFailures?: number;
  readonly itemWait?: number;
  readonly resetAttempts?: boolean;
  readonly ignoreCircuit?: boolean;
  readonly terminate?: boolean;
  readonly expect?: number;
}

/** Which instances, what is done on each, and how. */
export function withBatchPlan(command: Command): Command {
  return withBatchOptions(withVariables(withFilter(command), 'a variable for each'))
    .option('--ids-from <path>', 'these instances: one id a line; - is the standard input')
    .option('--all', 'every instance of the tenant')
    .option('--expect <items>', 'refuse unless the selection meets so many, as a preview has told', count)
    .option('--reset-attempts', 'retry: with a fresh automatic budget')
    .option('--ignore-circuit', 'retry, retry-now: even where the circuit is open')
    .option('--terminate', 'cancel: at once');
}

/** How: those that a repetition has, too. */
export function withBatchOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the audit trail of the batch and of each item')
    .option('--canary <items>', 'so many first: the others only if all of these recover', count)
    .option('--rate <items>', 'items that begin in a second', rate)
    .option('--concurrency <items>', 'items at once', count)
    .option('--max-failures <items>', 'stop when so many have not recovered', count)
    .option('--item-wait <duration>', 'how long the outcome of an item is waited for', durationMs);
}

/** The batch, as the server has it. @throws CliError for what cannot be meant */
export async function batchPlanOf(name: string, options: BatchPlanOptions): Promise<StartBatchRequest> {
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind)
    throw new CliError(`Expected one of ${KIND_NAMES}, but got '${name}'.`, 'For example: reprise batch run retry --group <id>');
  const { all, idsFrom, expect } = options;
  const filter = filterOf(options) as JsonObject;
  const isFiltered = Object.keys(filter).length > 0;
  const ways = [isFiltered && 'filters', idsFrom !== undefined && '--ids-from', all === true && '--all'].filter(
    (way) => way !== false,
  );
  if (ways.length !== 1)
    throw new CliError(
      `Expected one selection, but ${ways.length === 0 ? 'none is given' : `got ${ways.join(' and ')}`}.`,
      'Choose by --group <id>, by filters such as --status error, by --ids-from <path>, or --all',
    );
  return {
    kind: kind.kind,
    parameters: await parametersOf(name, kind.variables, options),
    ...(isFiltered && { filter }),
    ...(idsFrom !== undefined && { instanceGuids: await readIds(idsFrom) }),
    ...(all === true && { all }),
    ...(expect !== undefined && { expectedItems: expect }),
    ...batchOptionsOf(options),
  };
}

/** How, as the server has it. */
export function batchOptionsOf({
  reason,
  canary,
  rate: ratePerSecond,
  concurrency,
  maxFailures,
  itemWait,
}: BatchPlanOptions): Omit<StartBatchRequest, 'kind'> {
  return {
    ...(reason !== undefined && { reason }),
    ...(canary !== undefined && { canary }),
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...(concurrency !== undefined && { concurrency }),
    ...(maxFailures !== undefined && { maxFailures }),
    ...(itemWait !== undefined && { waitMs: itemWait }),
  };
}

async function parametersOf(name: string, variables: string | null, options: BatchPlanOptions): Promise<JsonObject> {
  const given = await GivenVariables.of(options);
  if (variables === null && !given.isEmpty) throw new CliError(`Expected no variables: ${name} takes none.`);
  const [part] = given.partly;
  if (part !== undefined)
    throw new CliError(
      `Expected whole variables: in a batch, a part of '${part}' would replace all of it on each instance.`,
      `Give it whole, such as --set '${part}={"...": ...}'`,
    );
  return {
    ...(variables !== null && !given.isEmpty && { [variables]: given.over({}) }),
    ...(options.resetAttempts === true && { attempts: 'reset' }),
    ...(options.ignoreCircuit === true && { ignoreCircuit: true }),
    ...(options.terminate === true && { mode: 'terminate' }),
  };
}

async function readIds(path: string): Promise<string[]> {
  const ids = (await readText(path))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (ids.length === 0)
    throw new CliError(`Expected ids in '${path}', but there is none.`, 'One id a line, as reprise ps -q prints them');
  return ids;
}
