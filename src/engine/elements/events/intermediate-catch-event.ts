import { expressionFailure, failElement } from '../../behaviors/fail-element.js';
import { completeElement } from '../../behaviors/leave-element.js';
import { subscribe } from '../../behaviors/subscribe.js';
import type { IntermediateCatchEventNode } from '../../definition/process-definition.js';
import { armTimer } from '../../event-definitions/timer.js';
import { mergeVariables, visibleVariables } from '../../state/draft.js';
import type { Element } from '../element.js';

/** Intermediate catch event (BPMN 2.0.2 section 10.5.4): waits for a timer or a message. */
export const intermediateCatchEvent: Element<IntermediateCatchEventNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    if (node.trigger.kind === 'message') return subscribe(draft, node, instance, node.trigger.message);
    try {
      const { dueAt } = armTimer(node.trigger.timer, visibleVariables(draft, instance.scopeId, null), draft.context.now);
      instance.incident = null;
      instance.status = 'waiting';
      instance.dueAt = dueAt;
      draft.effects.push({ type: 'schedule-timer', kind: 'timer', elementInstanceId: instance.id, timerNodeId: '', dueAt });
    } catch (error) {
      failElement(draft, node, instance, expressionFailure(`the timer of '${node.name}'`, error));
    }
  },

  /** The timer is due, or the message has come. */
  resolve(draft, node, instance, { result, variables }) {
    const name = node.trigger.kind === 'message' ? node.trigger.resultVariable : null;
    mergeVariables(draft, 'result', instance, name === null ? variables : { ...variables, [name]: result });
    completeElement(draft, node, instance);
  },
};
