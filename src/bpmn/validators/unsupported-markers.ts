import { childOf, childrenOf, elementType, type ModdleElement } from '../moddle-element.js';
import type { SourceNode } from '../source-model.js';
import { executableNodes } from './executable-parts.js';
import type { Validator } from './validator.js';

/** Markers, attributes and data flows that would change what an element does are not executed. */
export const unsupportedMarkers: Validator = (model, problems) => {
  for (const node of executableNodes(model)) {
    const report = problems.of(node.id);
    for (const [message, hint] of markersOf(node))
      report.error('unsupported-marker', `Expected a ${node.type} without it, but found ${message}`, hint);
  }
};

function markersOf({ element }: SourceNode): (readonly [message: string, hint: string])[] {
  const found: (readonly [string, string])[] = [];
  const loop = childOf(element, 'loopCharacteristics');
  if (loop) found.push([elementType(loop), 'Loop in the model with a gateway, or over the items in a script.']);
  if (element['triggeredByEvent'] === true) found.push(['triggeredByEvent (an event sub-process)', 'Use boundary events.']);
  if (element['isForCompensation'] === true) found.push(['isForCompensation', 'Model the undoing as tasks.']);
  if (element['instantiate'] === true) found.push(['instantiate', 'Use a message start event.']);
  for (const name of ['startQuantity', 'completionQuantity'])
    if ((element[name] ?? 1) !== 1) found.push([`${name} other than 1`, 'Remove it.']);
  for (const name of ['dataInputAssociations', 'dataOutputAssociations'])
    if (childrenOf(element, name).some(movesData)) found.push([`${name} that move data`, 'Use input and output mappings.']);
  return found;
}

/** A mere arrow to a data object is a drawing. */
function movesData(association: ModdleElement): boolean {
  return childrenOf(association, 'assignment').length > 0 || childOf(association, 'transformation') !== null;
}
