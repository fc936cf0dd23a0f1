import { textOf } from '../moddle-element.js';
import { executableFlows } from './executable-parts.js';
import type { Validator } from './validator.js';

/** A sequence flow has a source and a target, in one scope. */
export const danglingFlows: Validator = (model, problems) => {
  for (const flow of executableFlows(model)) {
    for (const [end, node] of [
      ['sourceRef', flow.source],
      ['targetRef', flow.target],
    ] as const) {
      if (node) continue;
      const written = model.unresolved.get(flow.element)?.get(end);
      const referred = flow.element[end];
      const elsewhere = typeof referred === 'object' && referred !== null ? textOf(referred as never, 'id') : null;
      const found =
        written !== undefined
          ? `'${written}' does not exist`
          : elsewhere !== null
            ? `'${elsewhere}' is no flow node of the same process or sub-process`
            : 'there is none';
      problems
        .of(flow.id)
        .error(
          'dangling-flow',
          `Expected ${end} of the sequence flow to be a flow node, but ${found}`,
          'Connect both ends, or remove the flow.',
        );
    }
  }
};
