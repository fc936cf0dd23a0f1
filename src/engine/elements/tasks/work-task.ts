import { armBoundaryTimers } from '../../behaviors/boundary-events.js';
import { completeElement } from '../../behaviors/leave-element.js';
import { mapInputs, writeResult } from '../../behaviors/map-variables.js';
import { recordSuccess } from '../../behaviors/record-success.js';
import { runAttempt } from '../../behaviors/run-attempt.js';
import type { WorkTaskNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Service, script and send task (BPMN 2.0.2 section 10.3.3): work done outside, one attempt at a time. */
export const workTask: Element<WorkTaskNode> = {
  /** Maps the inputs, arms its boundary timers and begins an attempt. */
  activate(draft, node, instance) {
    instance.attempt++;
    if (mapInputs(draft, node, instance) && armBoundaryTimers(draft, node, instance))
      runAttempt(draft, node, instance, node.work);
  },

  /** The attempt succeeded: writes the result and leaves. */
  resolve(draft, node, instance, outcome) {
    if (writeResult(draft, node, instance, outcome) && completeElement(draft, node, instance))
      recordSuccess(draft, node, instance);
  },
};
