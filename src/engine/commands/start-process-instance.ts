import { firstRun, waitForRun } from '../behaviors/close-run.js';
import { isActivity, type FlowNode, type ProcessDefinition } from '../definition/process-definition.js';
import type { Draft } from '../state/draft.js';
import type { JsonObject } from '../state/json.js';
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

/** A token on the start event (the none one, or the one whose trigger has happened), or on the activity to begin at. */
export function startProcessInstance(draft: Draft, command: StartProcessInstance): Rejected | null {
  if (command.startAt !== undefined) return startAt(draft, command.startAt);
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

/** A token on an activity, as if what leads there had been done. */
function startAt(draft: Draft, activityId: string): Rejected | null {
  const { definition } = draft;
  const node = definition.nodesById.get(activityId);
  if (!node) return refuseStart(definition, `Process '${definition.key}' has no element '${activityId}'.`);
  const outermost = outermostParent(node);
  if (outermost) {
    const why = `'${node.name}' is within the sub-process '${outermost.name}'. Begin at '${outermost.id}' instead.`;
    return refuseStart(definition, why, { subProcess: outermost.id });
  }
  if (!isActivity(node))
    return refuseStart(definition, `Expected '${node.name}' to be an activity, but it is of type ${node.type}.`);
  if (node.incoming.length === 0) return refuseStart(definition, `No flow leads to '${node.name}'.`);
  draft.queue.push({ node, scopeId: ROOT_SCOPE, via: null });
  return null;
}

function outermostParent(node: FlowNode): FlowNode | null {
  let outermost: FlowNode | null = null;
  for (let { parent } = node; parent; parent = parent.parent) outermost = parent;
  return outermost;
}

function refuseStart({ nodes }: ProcessDefinition, message: string, data: JsonObject = {}): Rejected {
  const allowed = nodes
    .filter((node) => isActivity(node) && node.parent === null && node.incoming.length > 0)
    .map(({ id }) => id);
  return reject('CANNOT_START_THERE', message, { ...data, allowed });
}
