import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Each flow node has an id: instances refer to it. */
export const nodeIds: Validator = (model, problems) => {
  for (const node of executableNodes(model))
    if (node.id === '')
      problems
        .of(node.parent?.id ?? null)
        .error('missing-id', `Expected each element to have an id, but a ${node.type} '${node.name}' has none`, 'Give it an id.');
};
