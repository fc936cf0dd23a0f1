import { DECIDING_GATEWAYS } from '../compile/compile-condition.js';
import { extensionsOf } from '../extensions.js';
import type { SourceNode } from '../source-model.js';
import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Where a gateway chooses, every flow but the default has a condition. Elsewhere conditions are pointless on parallel ones. */
export const gatewayConditions: Validator = (model, problems) => {
  for (const node of executableNodes(model)) {
    const conditioned = node.outgoing.filter((flow) => flow.condition);
    const report = problems.of(node.id);
    if (node.type === 'parallelGateway' && conditioned.length > 0)
      report.error(
        'condition-on-parallel-gateway',
        `Expected no condition on the flows of a parallel gateway, but '${conditioned[0]?.id ?? ''}' has one`,
        'Use an inclusive gateway.',
      );
    if (!DECIDING_GATEWAYS.includes(node.type) || node.outgoing.length < 2 || hasConditionScript(node)) continue;
    for (const flow of node.outgoing)
      if (!flow.condition && node.element['default'] !== flow.element)
        problems
          .of(flow.id)
          .warning(
            'flow-without-condition',
            `Expected a condition on flow '${flow.id}' of gateway '${node.id}', but it has none; it is always taken when its turn comes`,
            'Add a condition or make it the default flow.',
          );
  }
};

function hasConditionScript(node: SourceNode): boolean {
  const properties = extensionsOf(node.element, 'custom').elements.flatMap(({ children }) => children);
  return properties.some(({ attributes }) => attributes['name']?.toLowerCase() === 'condition');
}
