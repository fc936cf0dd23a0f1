import { completeElement } from '../../behaviors/leave-element.js';
import type { IntermediateThrowEventNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** None intermediate event (BPMN 2.0.2 section 10.5.4): a milestone, passed at once. */
export const intermediateThrowEvent: Element<IntermediateThrowEventNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    completeElement(draft, node, instance);
  },
};
