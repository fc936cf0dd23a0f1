import { catchBpmnError } from '../../behaviors/boundary-events.js';
import { failElement } from '../../behaviors/fail-element.js';
import { endVisit } from '../../behaviors/leave-element.js';
import { terminateElement } from '../../behaviors/terminate-element.js';
import type { EndEventNode } from '../../definition/process-definition.js';
import { nodeOf, touchScope } from '../../state/draft.js';
import type { Element } from '../element.js';

/** End event (BPMN 2.0.2 section 10.5.3): none, error or terminate. */
export const endEvent: Element<EndEventNode> = {
  activate(draft, node, instance) {
    const { result } = node;
    if (result.kind === 'error') {
      instance.attempt++;
      if (catchBpmnError(draft, instance, result.errorCode, result.errorMessage)) return;
      return failElement(draft, node, instance, { code: result.errorCode, message: result.errorMessage, kind: 'business' });
    }
    if (result.kind === 'terminate') {
      for (const other of [...touchScope(draft, instance.scopeId).elements]) {
        if (other.id !== instance.id) terminateElement(draft, nodeOf(draft, other), other, 'terminated');
      }
      for (let i = draft.queue.length - 1; i >= 0; i--)
        if (draft.queue[i]?.scopeId === instance.scopeId) draft.queue.splice(i, 1);
    }
    endVisit(draft, node, instance, 'completed');
  },
};
