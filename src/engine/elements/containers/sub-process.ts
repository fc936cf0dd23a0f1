import { armBoundaryTimers } from '../../behaviors/boundary-events.js';
import { mapInputs } from '../../behaviors/map-variables.js';
import type { SubProcessNode } from '../../definition/process-definition.js';
import type { Element } from '../element.js';

/** Embedded sub-process (BPMN 2.0.2 section 10.3.5): a scope of its own, completed when nothing is left in it. */
export const subProcess: Element<SubProcessNode> = {
  activate(draft, node, instance) {
    instance.attempt++;
    if (!mapInputs(draft, node, instance) || !armBoundaryTimers(draft, node, instance)) return;
    instance.incident = null;
    instance.status = 'active';
    draft.state.scopes[instance.id] = { id: instance.id, parentId: instance.scopeId, elements: [] };
    draft.touchedScopes.add(instance.id);
    draft.queue.push({ node: node.startEvent, scopeId: instance.id, via: null });
  },
};
