import type { Command } from 'commander';
import type { InstanceState, TaskFailure } from '../../sdk/client.js';
import { action } from '../action.js';
import { paintState, type Paint } from '../output/paint.js';
import { toYaml } from '../output/yaml.js';
import type { Session } from '../session.js';

interface NextAction {
  readonly action: string;
  readonly label: string;
}

/** `reprise show`: one instance, with what can be done about it as commands to copy. */
export function show(program: Command): void {
  program
    .command('show')
    .description('show a process instance: its state, its open failures and what can be done about them')
    .argument('<guid>', 'the process instance')
    .action(
      action<[guid: string]>(async (session, [instanceGuid]) => {
        const state = await (await session.client()).getProcessInstanceState({ instanceGuid });
        session.output.one(state, { id: instanceGuid, lines: (paint) => linesOf(session, state, paint) });
        return undefined;
      }),
    );
}

function linesOf(session: Session, state: InstanceState, paint: Paint): string[] {
  const { instanceGuid, status, currentActivityId, processKey, definitionVersion, businessKey, startedAt, lastUpdated } = state;
  const facts = [
    ['process', `${processKey} (version ${definitionVersion})`],
    ['business key', businessKey],
    ['stands at', currentActivityId],
    ['started', startedAt],
    ['updated', lastUpdated],
    ['ended', state.endedAt],
  ].filter((fact): fact is [string, string] => fact[1] !== null);
  return [
    `${paint('bold', instanceGuid)}  ${paintState(paint, status)}`,
    ...facts.map(([name, value]) => `  ${name.padEnd(13)}${value}`),
    ...state.errors.flatMap((failure) => failureLines(session, instanceGuid, failure, paint)),
    ...retryingLines(session, state, paint),
    ...(status === 'waiting' ? waitingLines(session, state, paint) : []),
    ...(status === 'paused' ? ['', `  ${session.command('resume', instanceGuid)}`] : []),
    '',
    paint('bold', 'Variables'),
    ...toYaml(state.state.variables)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function failureLines(session: Session, guid: string, failure: TaskFailure, paint: Paint): string[] {
  const { taskId, taskName, errorCode, errorMessage, attemptNumber, lastAttemptAt } = failure;
  const deeds = [
    ['retry', guid, '--task', taskId, '--reason', '<why>'],
    ['skip', guid, '--task', taskId, '--set', '<name=value>', '--reason', '<why>'],
    ['cancel', guid, '--reason', '<why>'],
  ];
  return [
    '',
    `${paint('red', 'Failed')}  ${taskId} (${taskName}): ${errorCode}, attempt ${attemptNumber} at ${lastAttemptAt}`,
    `  ${errorMessage}`,
    ...deeds.map((words) => `  ${paint('dim', '$')} ${session.command(...words)}`),
  ];
}

function retryingLines(session: Session, state: InstanceState, paint: Paint): string[] {
  const retrying = state['retrying'] as
    | { taskId: string; attemptNumber: number; nextAttemptAt: string | null; heldBy?: string | null; errorMessage: string | null }
    | undefined;
  if (!retrying) return [];
  const { taskId, attemptNumber, nextAttemptAt, heldBy, errorMessage } = retrying;
  const when = nextAttemptAt ?? `when ${heldBy ?? 'its circuit'} lets it`;
  return [
    '',
    `${paint('yellow', 'Retrying')}  ${taskId}: attempt ${attemptNumber} failed, the next is due ${when}`,
    ...(errorMessage === null ? [] : [`  ${errorMessage}`]),
    ...(heldBy === undefined ? [] : [`  ${paint('dim', '$')} ${session.command('breaker', 'list')}`]),
  ];
}

function waitingLines(session: Session, state: InstanceState, paint: Paint): string[] {
  const task = state['currentTask'] as { taskId: string; taskName: string; taskType: string } | undefined;
  if (!task) return [];
  const actions = (state['nextActions'] ?? []) as readonly NextAction[];
  const signal = ['signal', state.instanceGuid, '--task', task.taskId];
  const words = actions.length === 0 ? [signal] : actions.map((each) => [...signal, '--action', each.action]);
  return [
    '',
    `${paint('yellow', 'Waits')}  ${task.taskId} (${task.taskName}): ${task.taskType}`,
    ...words.map((each) => `  ${paint('dim', '$')} ${session.command(...each)}`),
  ];
}
