import { RepriseError, type JsonObject, type RepriseClient } from '../sdk/client.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { GivenVariables } from './input/variables.js';
import { columnsOf } from './output/columns.js';
import type { Listing } from './output/output.js';
import { exitCodeOf } from './report-error.js';
import type { Session } from './session.js';

/** What became of one instance. */
interface InstanceResult {
  readonly instanceGuid: string;
  /** `started`: its attempt goes on. `would-…`: of a dry run. */
  readonly outcome: 'done' | 'started' | 'refused' | 'failed-again' | 'would-be-done' | 'would-be-refused';
  readonly status: string | null;
  readonly currentActivityId: string | null;
  /** Why not, or what a dry run foresees; null: there is nothing to say. */
  readonly message: string | null;
  readonly data: unknown;
}

const RESULTS: Listing<InstanceResult> = {
  columns: columnsOf<InstanceResult>('instanceGuid', 'outcome', 'status', 'currentActivityId', 'message'),
  id: ({ instanceGuid }) => instanceGuid,
  empty: 'Nothing was done.',
};

/**
 * Does a deed on each instance, one after the other, and tells of each what came of it. What holds for all of them (no server, no
 * permission) ends it at once, after those before are told of.
 * @returns done where all succeeded
 */
export async function eachInstance(
  session: Session,
  guids: readonly string[],
  deed: (client: RepriseClient, instanceGuid: string) => Promise<JsonObject>,
): Promise<ExitCode> {
  const client = await session.client();
  const results: InstanceResult[] = [];
  const each = async function* (): AsyncGenerator<InstanceResult> {
    for (const guid of new Set(guids)) {
      const result = await resultOf(guid, () => deed(client, guid));
      results.push(result);
      yield result;
    }
  };
  await session.output.many(each(), RESULTS);
  const failed = results.filter(({ outcome }) => !['done', 'started', 'would-be-done'].includes(outcome));
  const [first] = failed;
  if (!first) return EXIT.done;
  if (results.length > 1) session.output.remark(`${failed.length} of ${results.length} did not succeed.`);
  session.output.remark(`Next: ${first.status === null ? session.command('ps') : session.command('show', first.instanceGuid)}`);
  return EXIT.refused;
}

async function resultOf(instanceGuid: string, deed: () => Promise<JsonObject>): Promise<InstanceResult> {
  try {
    return resultFrom(instanceGuid, await deed());
  } catch (error) {
    if (!(error instanceof RepriseError) || exitCodeOf(error) !== EXIT.refused) throw error;
    const { status, currentStatus, error: failure } = Object(error.data) as Record<string, unknown>;
    const said = textOf((Object(failure) as JsonObject)['errorMessage']);
    return {
      instanceGuid,
      outcome: said === null ? 'refused' : 'failed-again',
      status: textOf(status) ?? textOf(currentStatus),
      currentActivityId: textOf((Object(failure) as JsonObject)['taskId']),
      message: said ?? error.message,
      data: error.data,
    };
  }
}

function resultFrom(instanceGuid: string, data: JsonObject): InstanceResult {
  if (data['dryRun'] === true) return foreseen(instanceGuid, data);
  // An attempt that has ended has taken its time, be it that a person is waited for now.
  const result = Object(data['result']) as JsonObject;
  const isUnderWay = result['waiting'] === true && result['taskExecutionTime'] === null;
  const failure = textOf((Object(data['error']) as JsonObject)['errorMessage']);
  const warnings = (Array.isArray(data['warnings']) ? (data['warnings'] as unknown[]) : []).map(sentenceOf);
  return {
    instanceGuid,
    outcome: isUnderWay ? 'started' : 'done',
    status: textOf(data['status']),
    currentActivityId: textOf(data['currentActivityId']),
    message: [...(failure === null ? [] : [failure]), ...warnings].join('; ') || null,
    data,
  };
}

function foreseen(instanceGuid: string, data: JsonObject): InstanceResult {
  const tasks = (name: string): string =>
    ((data[name] ?? []) as readonly { taskId: string }[]).map(({ taskId }) => taskId).join(', ');
  const plans = [
    ['executes', tasks('willExecute')],
    ['waits for', tasks('willWaitFor')],
    ['cancels', tasks('willCancel')],
    ['changes', ((data['changes'] ?? []) as readonly { path: string }[]).map(({ path }) => path).join(', ')],
  ].filter(([, what]) => what !== '');
  return {
    instanceGuid,
    outcome: data['allowed'] === true ? 'would-be-done' : 'would-be-refused',
    status: textOf(data['statusAfter']),
    currentActivityId: null,
    message: textOf(data['reason']) ?? (plans.map((plan) => plan.join(' ')).join('; ') || null),
    data,
  };
}

function sentenceOf(warning: unknown): string {
  return textOf((Object(warning) as JsonObject)['message']) ?? (typeof warning === 'string' ? warning : JSON.stringify(warning));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * The variables to send to one instance. Where only parts of some are given, the other parts are those that it has now; the version
 * that they were read at goes along, so that nothing that others change meanwhile is lost.
 */
export async function variablesFor(
  client: RepriseClient,
  instanceGuid: string,
  given: GivenVariables,
): Promise<{ readonly variables: JsonObject; readonly expectedVersion?: number }> {
  if (given.partly.length === 0) return { variables: given.over({}) };
  const { state, version } = await client.getProcessInstanceState({ instanceGuid });
  return { variables: given.over(state.variables), expectedVersion: version };
}
