import { completeElement } from '../../behaviors/leave-element.js';
import type { StartEventNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Start event (BPMN 2.0.2 section 10.5.2): its trigger has happened when the token is made, so it is passed at once. */
export const startEvent: Element<StartEventNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    completeElement(draft, node, instance);
  },
};
