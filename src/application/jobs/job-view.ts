import type { ActivatedJob } from '../../contract/activated-job.js';
import { lockedWorkOf, openElements, type ElementInstance, type JsonObject } from '../../engine/index.js';
import { instant, nameOf } from '../instance-view.js';
import type { LiveInstance } from '../session/live-instance.js';
import { jobIdOf } from './job-id.js';

/** A job for the worker that holds it; null where none holds this visit. @param wanted names of variables; null: all */
export function activatedJob(
  instance: LiveInstance,
  elementInstanceId: number,
  wanted: readonly string[] | null,
): ActivatedJob | null {
  const { header, definition, state } = instance;
  const element = openVisit(instance, elementInstanceId);
  const locked = element ? lockedWorkOf(definition, state, element) : null;
  if (!element?.lock || !locked) return null;
  const { attempt, retriesLeft } = locked;
  const jobId = jobIdOf({ instanceGuid: header.guid, elementInstanceId });
  return {
    jobId,
    token: element.attempt,
    type: attempt.work.connector,
    tenantId: header.tenantId,
    instanceGuid: header.guid,
    processKey: header.processKey,
    processDefinitionId: header.definitionId,
    definitionVersion: header.definitionVersion,
    businessKey: header.businessKey,
    elementInstanceId,
    taskId: element.nodeId,
    taskName: nameOf(instance, element.nodeId),
    attempt: element.attempt,
    retriesLeft,
    lockedUntil: instant(element.lock.lockedUntil),
    timeoutMs: attempt.work.timeoutMs,
    heartbeatTimeoutMs: attempt.work.timeouts.heartbeatMs,
    heartbeatDetails: attempt.heartbeat,
    variables: wanted === null ? attempt.variables : picked(attempt.variables, wanted),
    config: attempt.work.config,
    idempotencyKey: jobId,
    correlationId: `${jobId}:${element.attempt}`,
  };
}

/** The open visit with this id. */
export function openVisit({ state }: LiveInstance, elementInstanceId: number): ElementInstance | undefined {
  return openElements(state).find(({ id }) => id === elementInstanceId);
}

function picked(variables: JsonObject, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]));
}
