import { firstRun, waitForRun } from '../behaviors/close-run.js';
import type { Draft } from '../state/draft.js';
import { ROOT_SCOPE, STATE_SCHEMA, type InstanceState } from '../state/instance-state.js';
import type { Rejected } from '../step-result.js';
import type { StartProcessInstance } from './command.js';
import { reject } from './guards.js';

/** What an instance is before it is started. */
export function newInstance(command: StartProcessInstance, now: number): InstanceState {
  return {
    schema: STATE_SCHEMA,
    guid: command.guid,
    version: 0,
    status: 'running',
    executionMode: command.executionMode,
    paused: false,
    startedAt: now,
    updatedAt: now,
    endedAt: null,
    lastElementInstanceId: 0,
    variables: command.variables,
    scopes: { [ROOT_SCOPE]: { id: ROOT_SCOPE, parentId: null, elements: [] } },
    inbox: [],
    trail: [],
    continuations: 0,
    run: command.run ?? null,
    ending: null,
  };
}

/** A token on the start event: the none one, or the one whose trigger has happened. */
export function startProcessInstance(draft: Draft, command: StartProcessInstance): Rejected | null {
  const { startEvents } = draft.definition;
  const event = startEvents.find((start) =>
    command.startEventId === null ? start.trigger.kind === 'none' : start.id === command.startEventId,
  );
  if (!event) {
    return reject(
      'NO_START_EVENT',
      `Process '${draft.definition.key}' has no start event ${command.startEventId === null ? 'without a trigger: it starts by a message or a timer' : `'${command.startEventId}'`}.`,
      {
        startEvents: startEvents.map((start) => start.id),
      },
    );
  }
  draft.state.run ??= firstRun(draft, command);
  if (command.after) waitForRun(draft, event, command.after);
  else draft.queue.push({ node: event, scopeId: ROOT_SCOPE, via: null });
  return null;
}
