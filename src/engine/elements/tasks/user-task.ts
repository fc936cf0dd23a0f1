import { armBoundaryTimers } from '../../behaviors/boundary-events.js';
import { completeElement } from '../../behaviors/leave-element.js';
import { mapInputs, writeResult } from '../../behaviors/map-variables.js';
import type { UserTaskNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** User task (BPMN 2.0.2 section 10.3.3): waits until a person signals it. */
export const userTask: Element<UserTaskNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    if (!mapInputs(draft, node, instance) || !armBoundaryTimers(draft, node, instance)) return;
    instance.incident = null;
    instance.status = 'waiting';
  },

  /** A person has acted. */
  resolve(draft, node, instance, outcome) {
    if (writeResult(draft, node, instance, outcome)) completeElement(draft, node, instance);
  },
};
