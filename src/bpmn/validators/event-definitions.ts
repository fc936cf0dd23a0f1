import { elementType } from '../moddle-element.js';
import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Triggers that are executed, by event; '' is none. */
const EXECUTED: Readonly<Record<string, readonly string[]>> = {
  startEvent: ['', 'message', 'timer'],
  endEvent: ['', 'error', 'terminate'],
  intermediateCatchEvent: ['message', 'timer'],
  intermediateThrowEvent: [''],
  boundaryEvent: ['error', 'timer'],
};
const HINTS: Readonly<Record<string, string>> = {
  signal: 'Use a message.',
  escalation: 'Use an error event.',
  compensation: 'Model the undoing as tasks.',
  compensate: 'Model the undoing as tasks.',
  conditional: 'Use a gateway, or a message that is sent when the condition holds.',
  link: 'Draw the sequence flow.',
  cancel: 'Use an error event.',
  message: 'Use a send task to send, a receive task or message catch event to receive.',
};

/** An event has one trigger of a kind that is executed there. */
export const eventDefinitions: Validator = (model, problems) => {
  for (const node of executableNodes(model)) {
    const executed = EXECUTED[node.type];
    if (!executed) continue;
    const report = problems.of(node.id);
    const kinds = node.eventDefinitions.map((definition) => elementType(definition).replace(/EventDefinition$/, ''));
    const kind = kinds[0] ?? '';
    const list = executed.map((name) => name || 'none').join(', ');
    if (kinds.length > 1)
      report.error(
        'unsupported-event',
        `Expected one trigger in a ${node.type}, but there are ${kinds.length}`,
        'Use an event for each.',
      );
    else if (!executed.includes(kind))
      report.error(
        'unsupported-event',
        `Expected a ${node.type} with trigger ${list}, but it is ${kind || 'none'}, which is not executed`,
        HINTS[kind],
      );
    else if (node.type === 'boundaryEvent' && kind === 'error' && node.element['cancelActivity'] === false)
      report.error(
        'unsupported-event',
        'Expected an error boundary event to interrupt, but it has cancelActivity="false"',
        'Remove cancelActivity.',
      );
    else if (node.element['parallelMultiple'] === true)
      report.error('unsupported-event', 'Expected a single trigger, but parallelMultiple is set', 'Remove parallelMultiple.');
  }
};
