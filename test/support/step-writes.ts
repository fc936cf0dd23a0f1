import type { InstanceHeader, StepWrite } from '../../src/application/ports/instance-store.js';
import { fingerprintOf } from '../../src/application/failures/failure-fingerprint.js';
import type { FailureFingerprint } from '../../src/application/ports/failures.js';
import { ROOT_SCOPE, STATE_SCHEMA, type Effect, type InstanceState, type ElementInstance } from '../../src/engine/index.js';

/** What the engine would hand to the storage, made by hand: the storage does not care whether it makes sense as a process. */
export function headerOf(id: number, changes: Partial<InstanceHeader> = {}): InstanceHeader {
  return {
    id,
    tenantId: 'acme',
    guid: `guid-${id}`,
    definitionId: 1,
    definitionVersion: 1,
    processKey: 'loan',
    businessKey: null,
    contextTypeId: null,
    contextId: null,
    calledBy: null,
    startVariables: null,
    restartedFrom: null,
    ...changes,
  };
}

function failuresOf(header: InstanceHeader, effects: readonly Effect[] = []): FailureFingerprint[] {
  return effects.flatMap((effect) =>
    effect.type === 'open-incident' ? [fingerprintOf(header, effect.nodeId, effect.incident)] : [],
  );
}

/** The step that inserts the instance. */
export function firstStep(
  header: InstanceHeader,
  changes: Partial<StepWrite> = {},
  state: Partial<InstanceState> = {},
): StepWrite {
  return {
    header,
    expectedVersion: 0,
    state: {
      schema: STATE_SCHEMA,
      guid: header.guid,
      version: 1,
      status: 'running',
      executionMode: 'Unsupervised',
      paused: false,
      startedAt: 1_800_000_000_000,
      updatedAt: 1_800_000_000_000,
      endedAt: null,
      lastElementInstanceId: 0,
      variables: {},
      scopes: { [ROOT_SCOPE]: { id: ROOT_SCOPE, parentId: null, elements: [] } },
      inbox: [],
      trail: [],
      continuations: 0,
      run: null,
      ending: null,
      ...state,
    },
    variablesText: JSON.stringify(state.variables ?? {}),
    touchedScopes: new Set([ROOT_SCOPE]),
    ownerNode: null,
    currentActivityId: null,
    effects: [],
    failures: failuresOf(header, changes.effects),
    variableWrites: [],
    audit: [],
    underClaim: null,
    consumedMessageId: null,
    consumedCall: null,
    batchItem: null,
    tellsCaller: false,
    ...changes,
  };
}

/** The step after `before`. */
export function nextStep(before: StepWrite, changes: Partial<StepWrite> = {}, state: Partial<InstanceState> = {}): StepWrite {
  const { version, updatedAt } = before.state;
  return {
    ...before,
    expectedVersion: version,
    state: { ...before.state, version: version + 1, updatedAt: updatedAt + 1_000, ...state },
    variablesText: state.variables === undefined ? null : JSON.stringify(state.variables),
    touchedScopes: new Set([ROOT_SCOPE]),
    effects: [],
    failures: failuresOf(before.header, changes.effects),
    variableWrites: [],
    audit: [],
    underClaim: null,
    consumedMessageId: null,
    consumedCall: null,
    batchItem: null,
    tellsCaller: false,
    ...changes,
  };
}

/** A visit whose attempt the node `owner` runs. */
export function executingElement(owner: number): ElementInstance {
  return {
    id: 1,
    nodeId: 'Task_1',
    scopeId: ROOT_SCOPE,
    status: 'executing',
    startedAt: 1_800_000_000_000,
    attempt: 1,
    budgetFrom: 0,
    lossesInARow: 0,
    attemptStartedAt: 1_800_000_000_000,
    owner,
    lock: null,
    recovery: null,
    requestedBy: null,
    local: null,
    incident: null,
    dueAt: null,
    subscription: null,
    arrived: [],
    boundaryTimers: [],
    timersArmed: false,
    run: 0,
    undo: null,
  };
}
