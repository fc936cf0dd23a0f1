import { classifyError, statusOf } from '../recovery/classify-error.js';
import { STATE_SCHEMA, type ElementInstance, type Incident, type RecoveryAction } from './instance-state.js';

/** Whether a state of this schema can be read: the current one, or one that is lifted to it. */
export function isReadableSchema(schema: unknown): boolean {
  return typeof schema === 'number' && schema >= 1 && schema <= STATE_SCHEMA;
}

/**
 * Lifts a visit from any earlier schema; one of the current schema stays as it is. By what it lacks, not by a number: scopes
 * are stored apart, and one that was not touched since is older than its instance.
 */
export function upgradeElement(element: ElementInstance): ElementInstance {
  const { incident } = element;
  return incident === null || 'errorClass' in incident ? element : { ...element, incident: upgradeIncident(incident) };
}

/** Schema 1 had no classes and no circuits, and called an incident that a person decides about `park`. */
function upgradeIncident(incident: Omit<Incident, 'errorClass' | 'parkedFor'>): Incident {
  const { code, message, details, decision } = incident;
  const action: RecoveryAction = decision.action === 'park' ? 'fail' : decision.action;
  return {
    ...incident,
    errorClass: classifyError(code, message, statusOf(code, details)),
    decision: { ...decision, action },
    parkedFor: null,
  };
}
