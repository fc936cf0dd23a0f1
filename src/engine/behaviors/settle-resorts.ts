import { isActivity } from '../definition/process-definition.js';
import { mergeVariables, nodeOf, touchElement, type Draft, type PendingResort } from '../state/draft.js';
import type { ElementInstance } from '../state/instance-state.js';
import { catchBpmnError } from './boundary-events.js';
import { evaluateSettings } from './climb-ladder.js';
import { openIncident } from './fail-element.js';
import { seeFailure } from './judge-failure.js';
import { completeElement } from './leave-element.js';

/**
 * Gives the oldest task whose automatic attempts have ended the end that its policy says. What cannot be done is an incident,
 * with the failure that led to it. False: there was none.
 */
export function settleResort(draft: Draft): boolean {
  const pending = draft.resorts.shift();
  if (!pending) return false;
  const instance = touchElement(draft, pending.elementInstanceId);
  if (!instance || instance.status !== 'ready' || instance.incident === null) return true;
  if (pending.resort.do === 'throw') throwError(draft, instance, pending.resort.errorCode);
  else endTask(draft, instance, pending.resort);
  return true;
}

function throwError(draft: Draft, instance: ElementInstance, errorCode: string): void {
  const { incident } = instance;
  if (incident === null || catchBpmnError(draft, instance, errorCode, incident.message)) return;
  fallBack(draft, instance, `no boundary event catches ${errorCode}`);
}

function endTask(draft: Draft, instance: ElementInstance, resort: Exclude<PendingResort['resort'], { do: 'throw' }>): void {
  const { incident } = instance;
  const node = nodeOf(draft, instance);
  if (incident === null || !isActivity(node)) return;
  const { code, message, kind } = incident;
  try {
    mergeVariables(
      draft,
      'last-resort',
      instance,
      evaluateSettings(resort.outputs, seeFailure(draft, instance, { code, message, kind, details: incident.details })),
    );
  } catch (error) {
    fallBack(draft, instance, `its outputs could not be evaluated: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  instance.incident = null;
  completeElement(draft, node, instance, resort.do === 'skip' ? 'skipped' : 'completed');
}

function fallBack(draft: Draft, instance: ElementInstance, why: string): void {
  if (instance.incident === null) return;
  const decision = { action: 'fail', reason: `${instance.incident.decision.reason}; ${why}` } as const;
  openIncident(draft, nodeOf(draft, instance), instance, { ...instance.incident, decision });
}
