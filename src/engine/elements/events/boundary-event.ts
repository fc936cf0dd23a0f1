import { completeElement } from '../../behaviors/leave-element.js';
import type { BoundaryEventNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Boundary event (BPMN 2.0.2 section 10.5.4): a token stands on it only when it has happened (and a retry tries to leave again). */
export const boundaryEvent: Element<BoundaryEventNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    completeElement(draft, node, instance);
  },
};
