import { childOf, elementType, textOf } from '../moddle-element.js';
import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Error and message references lead to a declaration; an error that is thrown, or caught by name, has a code. */
export const eventReferences: Validator = (model, problems) => {
  for (const node of executableNodes(model)) {
    const report = problems.of(node.id);
    for (const owner of [node.element, ...node.eventDefinitions])
      for (const property of ['errorRef', 'messageRef']) {
        const unknown = model.unresolved.get(owner)?.get(property);
        if (unknown !== undefined)
          report.error(
            'unknown-reference',
            `Expected ${property} to be declared, but '${unknown}' does not exist`,
            `Add bpmn:${property.slice(0, -3)} with that id.`,
          );
      }
    const definition = node.eventDefinitions.find((it) => elementType(it) === 'errorEventDefinition');
    if (!definition || model.unresolved.get(definition)?.has('errorRef')) continue;
    const error = childOf(definition, 'errorRef');
    const code = error ? textOf(error, 'errorCode')?.trim() : undefined;
    if (error ? !code : node.type === 'endEvent')
      report.error(
        'missing-error-code',
        `Expected the error ${error ? `'${textOf(error, 'id') ?? ''}'` : 'of the end event'} to have an errorCode, but it has none`,
        'Add errorCode to bpmn:error and refer to it by errorRef.',
      );
  }
};
