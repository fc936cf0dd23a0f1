import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** A default flow is one of the element's outgoing flows and has no condition. */
export const defaultFlows: Validator = (model, problems) => {
  for (const node of executableNodes(model)) {
    const report = problems.of(node.id);
    const unknown = model.unresolved.get(node.element)?.get('default');
    const element = node.element['default'];
    const flow = node.outgoing.find((outgoing) => outgoing.element === element);
    if (unknown !== undefined)
      report.error('unknown-default-flow', `Expected default to be an outgoing flow, but '${unknown}' does not exist`);
    else if (element !== undefined && !flow)
      report.error('unknown-default-flow', 'Expected default to be an outgoing flow of this element, but it is another one');
    else if (flow?.condition)
      report.warning(
        'condition-on-default-flow',
        `Expected default flow '${flow.id}' to have no condition, but it has one; it is not evaluated`,
      );
  }
};
