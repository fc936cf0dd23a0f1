import { armBoundaryTimers } from '../../behaviors/boundary-events.js';
import { completeElement } from '../../behaviors/leave-element.js';
import { mapInputs, writeResult } from '../../behaviors/map-variables.js';
import { subscribe } from '../../behaviors/subscribe.js';
import type { ReceiveTaskNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Receive task (BPMN 2.0.2 section 10.3.3): waits for a message. */
export const receiveTask: Element<ReceiveTaskNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    if (mapInputs(draft, node, instance) && armBoundaryTimers(draft, node, instance))
      subscribe(draft, node, instance, node.message);
  },

  /** The message has come. */
  resolve(draft, node, instance, outcome) {
    if (writeResult(draft, node, instance, outcome)) completeElement(draft, node, instance);
  },
};
