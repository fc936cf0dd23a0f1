import { completeElement } from '../../behaviors/leave-element.js';
import { mapInputs, writeResult } from '../../behaviors/map-variables.js';
import type { PassThroughTaskNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Plain and manual task (BPMN 2.0.2 section 10.3.3): nothing for the engine to do; mappings are evaluated. */
export const passThroughTask: Element<PassThroughTaskNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    if (!mapInputs(draft, node, instance)) return;
    if (writeResult(draft, node, instance, { result: null, variables: null })) completeElement(draft, node, instance);
  },
};
