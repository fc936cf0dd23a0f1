import type { Problems } from '../problem.js';
import type { SourceModel } from '../source-model.js';
import { boundaryAttachments } from './boundary-attachments.js';
import { danglingFlows } from './dangling-flows.js';
import { defaultFlows } from './default-flows.js';
import { dialectVocabulary } from './dialect-vocabulary.js';
import { eventDefinitions } from './event-definitions.js';
import { eventReferences } from './event-references.js';
import { executableProcess } from './executable-process.js';
import { flowDirections } from './flow-directions.js';
import { gatewayConditions } from './gateway-conditions.js';
import { nodeIds } from './node-ids.js';
import { reconcileTasks } from './reconcile-tasks.js';
import { startEvents } from './start-events.js';
import { unreachableElements } from './unreachable-elements.js';
import { unsupportedElements } from './unsupported-elements.js';
import { unsupportedMarkers } from './unsupported-markers.js';
import type { Validator } from './validator.js';

const VALIDATORS: readonly Validator[] = [
  executableProcess,
  nodeIds,
  unsupportedElements,
  unsupportedMarkers,
  eventDefinitions,
  eventReferences,
  dialectVocabulary,
  startEvents,
  danglingFlows,
  flowDirections,
  defaultFlows,
  boundaryAttachments,
  gatewayConditions,
  reconcileTasks,
  unreachableElements,
];

/** Applies every rule; each reports by itself, so that all problems are told at once. */
export function validate(model: SourceModel, problems: Problems): void {
  for (const validator of VALIDATORS) validator(model, problems);
}
