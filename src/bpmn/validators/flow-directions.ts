import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Nothing flows into start and boundary events, nothing out of end events. */
export const flowDirections: Validator = (model, problems) => {
  for (const node of executableNodes(model)) {
    const report = problems.of(node.id);
    if ((node.type === 'startEvent' || node.type === 'boundaryEvent') && node.incoming.length > 0)
      report.error('flow-into-event', `Expected no sequence flow into a ${node.type}, but found '${node.incoming[0]?.id ?? ''}'`);
    if (node.type === 'endEvent' && node.outgoing.length > 0)
      report.error(
        'flow-out-of-end-event',
        `Expected no sequence flow out of an end event, but found '${node.outgoing[0]?.id ?? ''}'`,
      );
    if (node.type === 'boundaryEvent' && node.outgoing.length === 0)
      report.warning(
        'boundary-event-without-flow',
        'Expected a sequence flow out of the boundary event, but there is none; the branch ends there',
      );
  }
};
