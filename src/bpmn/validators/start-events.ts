import type { SourceScope } from '../source-model.js';
import { executableScopes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** A process has a start event, at most one of them without trigger; a sub-process exactly one, without trigger. */
export const startEvents: Validator = (model, problems) => {
  const processes = new Set<SourceScope>(model.processes);
  for (const scope of executableScopes(model)) {
    const starts = scope.nodes.filter(({ type }) => type === 'startEvent');
    const plain = starts.filter(({ eventDefinitions }) => eventDefinitions.length === 0);
    const report = problems.of(scope.id);
    if (starts.length === 0)
      report.error('missing-start-event', 'Expected a start event, but there is none', 'Add a start event.');
    else if (processes.has(scope) && plain.length > 1)
      report.error(
        'several-start-events',
        `Expected at most one start event without trigger, but there are ${plain.length}`,
        'Keep one.',
      );
    else if (!processes.has(scope) && (starts.length > 1 || plain.length !== 1))
      report.error(
        'invalid-sub-process-start',
        'Expected exactly one start event without trigger in a sub-process, but found something else',
        'Keep one plain start event.',
      );
  }
};
