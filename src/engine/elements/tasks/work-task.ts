import { armBoundaryTimers } from '../../behaviors/boundary-events.js';
import { completeElement } from '../../behaviors/leave-element.js';
import { mapInputs, writeResult } from '../../behaviors/map-variables.js';
import { recordSuccess } from '../../behaviors/record-success.js';
import { runAttempt } from '../../behaviors/run-attempt.js';
import { recoveryOf } from '../../behaviors/visit-recovery.js';
import type { WorkTaskNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Service, script and send task (BPMN 2.0.2 section 10.3.3): work done outside, one attempt at a time. */
export const workTask: Element<WorkTaskNode> = {
  /**
   * Maps the inputs, arms its boundary timers and begins an attempt. A question that was held back, given back or withdrawn by a
   * pause is asked again: nobody knows yet whether the task's own work was done.
   */
  activate(draft, node, instance) {
    instance.attempt++;
    const isAsking = recoveryOf(instance).reconciling;
    if (isAsking || (mapInputs(draft, node, instance) && armBoundaryTimers(draft, node, instance)))
      runAttempt(draft, node, instance);
  },

  /** The attempt succeeded: writes the result and leaves. */
  resolve(draft, node, instance, outcome) {
    if (writeResult(draft, node, instance, outcome) && completeElement(draft, node, instance))
      recordSuccess(draft, node, instance);
  },
};
