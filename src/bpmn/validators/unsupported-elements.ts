import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

const EXECUTED = new Set([
  'startEvent',
  'endEvent',
  'intermediateCatchEvent',
  'intermediateThrowEvent',
  'boundaryEvent',
  'exclusiveGateway',
  'inclusiveGateway',
  'parallelGateway',
  'task',
  'manualTask',
  'userTask',
  'serviceTask',
  'scriptTask',
  'sendTask',
  'receiveTask',
  'subProcess',
  'callActivity',
]);
const HINTS: Readonly<Record<string, string>> = {
  eventBasedGateway: 'Use a receive task with a timer boundary event.',
  complexGateway: 'Use inclusive and exclusive gateways.',
  businessRuleTask: 'Use a script task with FEEL or JavaScript.',
  transaction: 'Use an embedded sub-process with an error boundary event.',
  adHocSubProcess: 'Use an embedded sub-process.',
};

/** Every flow node is of a type that is executed. */
export const unsupportedElements: Validator = (model, problems) => {
  for (const node of executableNodes(model))
    if (!EXECUTED.has(node.type))
      problems
        .of(node.id)
        .error('unsupported-element', `Expected an element that is executed, but found ${node.type}`, HINTS[node.type]);
};
