import { armBoundaryTimers } from '../../behaviors/boundary-events.js';
import { expressionFailure, failElement } from '../../behaviors/fail-element.js';
import { completeElement } from '../../behaviors/leave-element.js';
import { mapInputs, writeResult } from '../../behaviors/map-variables.js';
import { recordSuccess } from '../../behaviors/record-success.js';
import type { CallActivityNode, ProcessDefinition } from '../../definition/process-definition.js';
import { expectInvariant } from '../../invariant.js';
import { visibleVariables, type Draft } from '../../state/draft.js';
import type { ElementInstance, InstanceState } from '../../state/instance-state.js';
import type { JsonObject } from '../../state/json.js';
import { childGuid } from '../../state/run-guid.js';
import type { Element } from '../element.js';

/** The longest process key. */
const KEY_LENGTH = 255;

/** Call activity (BPMN 2.0.2 section 10.3.6): another process, as an instance of its own. */
export const callActivity: Element<CallActivityNode> = {
  /** Maps the inputs, arms its boundary timers and asks for a child; called again by a retry, for a new run of it. */
  activate(draft, node, instance) {
    instance.attempt++;
    if (!mapInputs(draft, node, instance) || !armBoundaryTimers(draft, node, instance)) return;
    const processKey = keyOfCalled(draft, node, instance);
    if (typeof processKey !== 'string') {
      failElement(draft, node, instance, expressionFailure(`the process that '${node.name}' calls`, processKey));
      return;
    }
    const run = instance.run + 1;
    Object.assign(instance, { incident: null, status: 'calling', attemptStartedAt: draft.context.now, run });
    draft.effects.push({
      type: 'start-child',
      elementInstanceId: instance.id,
      nodeId: node.id,
      processKey,
      run,
      childGuid: childGuid(draft.state.guid, instance.id, run),
    });
  },

  /** The child has completed. */
  resolve(draft, node, instance, outcome) {
    if (writeResult(draft, node, instance, outcome) && completeElement(draft, node, instance))
      recordSuccess(draft, node, instance);
  },
};

/** What the child of an open call begins with. */
export function childVariables(definition: ProcessDefinition, state: InstanceState, instance: ElementInstance): JsonObject {
  const node = definition.nodesById.get(instance.nodeId);
  expectInvariant(node?.type === 'callActivity', `'${instance.nodeId}' to be a call activity`);
  return node.passesAll ? visibleVariables({ state }, instance.scopeId, instance.local) : (instance.local ?? {});
}

function keyOfCalled(draft: Draft, node: CallActivityNode, instance: ElementInstance): string | Error {
  try {
    const value = node.calledProcess.evaluate(visibleVariables(draft, instance.scopeId, instance.local));
    if (typeof value === 'string' && value !== '' && value.length <= KEY_LENGTH) return value;
    return new Error(`it must be a process key of 1 to ${KEY_LENGTH} characters, and is ${JSON.stringify(value).slice(0, 100)}`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
