import {
  openElements,
  type Command,
  type ElementInstance,
  type JsonObject,
  type JsonValue,
  type RetryAdvice,
} from '../../src/engine/index.js';
import type { Drive } from './drive.js';
import { recoveryCommand, type RecoveryDeed } from './recovery-deeds.js';

/** One line of a case's `commands.json`: a verb with the element it is done to, and what else the command says. */
export interface Deed extends RecoveryDeed {
  readonly start?: string | null;
  /** With `start`: the activity to begin at. */
  readonly at?: string;
  /** With `start`: types of work that this server does not have; they are jobs for workers. */
  readonly workers?: readonly string[];
  readonly complete?: string;
  readonly fail?: string;
  readonly throw?: string;
  readonly lose?: true;
  /** With `lose`: the server ended in order. */
  readonly drained?: true;
  readonly release?: string;
  readonly fire?: string;
  readonly wait?: number;
  readonly message?: string;
  /** The child of this call activity has ended so. */
  readonly child?: string;
  readonly ended?: 'completed' | 'cancelled' | 'failed' | 'not-started';
  /** Its run, where it is not the one that was asked for. */
  readonly run?: number;
  readonly signal?: string | null;
  readonly retry?: string | null;
  readonly skip?: string | null;
  readonly cancel?: true;
  readonly pause?: true;
  readonly resume?: true;
  readonly set?: true;
  readonly forward?: true;
  readonly backward?: true;
  readonly mode?: 'Supervised';
  readonly result?: JsonValue;
  readonly variables?: JsonObject;
  readonly code?: string;
  readonly action?: string;
  readonly failure?: string;
  /** Of `fail`: what the failed side says about trying again. */
  readonly advice?: RetryAdvice;
  readonly to?: string;
  readonly keepVariables?: 'onSuccess';
  readonly attempts?: 'reset';
  readonly expectedVersion?: number;
}

/** The engine's command for a deed; null for one that only lets time pass (`wait`, in ms). */
export function toCommand(drive: Drive, deed: Deed): Command | null {
  const expectedVersion = deed.expectedVersion ?? null;
  const variables = deed.variables ?? null;
  if (deed.workers) drive.connectors = { has: (type) => deed.workers?.includes(type) === false };
  if (deed.start !== undefined)
    return {
      type: 'start-process-instance',
      guid: 'g',
      variables: variables ?? {},
      executionMode: deed.mode ?? 'Unsupervised',
      startEventId: deed.start,
      ...(deed.at !== undefined && { startAt: deed.at }),
    };
  if (deed.wait !== undefined) {
    drive.now += deed.wait;
    return null;
  }
  if (deed.complete !== undefined)
    return { type: 'complete-attempt', ...attemptOf(drive, deed.complete), result: deed.result ?? null, variables };
  if (deed.fail !== undefined || deed.throw !== undefined) return failure(drive, deed);
  if (deed.lose) return { type: 'lose-attempts', lostNode: drive.node++, drained: deed.drained ?? false };
  if (deed.release !== undefined) return releaseOf(drive, deed.release);
  if (deed.fire !== undefined) return firing(drive, deed.fire);
  if (deed.message !== undefined)
    return { type: 'deliver-message', elementInstanceId: find(drive, deed.message).id, payload: variables ?? {} };
  if (deed.child !== undefined) return childEnd(drive, deed, deed.child);
  if (deed.signal !== undefined) {
    const failed = deed.failure === undefined ? null : { code: deed.failure, message: 'reported as failed' };
    return {
      type: 'signal-process-instance',
      taskId: deed.signal,
      elementInstanceId: null,
      payload: variables ?? {},
      action: deed.action ?? null,
      failure: failed,
      expectedVersion,
    };
  }
  if (deed.retry !== undefined)
    return {
      type: 'retry-failed-task',
      taskId: deed.retry,
      updatedVariables: variables,
      keepVariables: deed.keepVariables ?? 'always',
      attempts: deed.attempts ?? 'keep',
      expectedVersion,
      correlationId: 'c',
    };
  if (deed.skip !== undefined)
    return { type: 'skip-failed-task', taskId: deed.skip, outputs: variables, toActivityId: deed.to ?? null, expectedVersion };
  if (deed.cancel) return { type: 'cancel-process-instance', mode: 'graceful', expectedVersion };
  if (deed.pause) return { type: 'pause-process-instance', expectedVersion };
  if (deed.resume) return { type: 'resume-process-instance', updatedVariables: variables, expectedVersion };
  if (deed.set) return { type: 'set-process-variables', variables: variables ?? {}, expectedVersion };
  if (deed.forward) return { type: 'step-forward' };
  if (deed.backward) return { type: 'step-backward' };
  const recovery = recoveryCommand(drive, deed);
  if (recovery) return recovery;
  throw new Error(`Expected a deed, but found ${JSON.stringify(deed)}`);
}

function failure(drive: Drive, deed: Deed): Command {
  const code = deed.code ?? 'HTTP_503';
  const variables = deed.variables ?? null;
  const bpmnError = deed.throw !== undefined;
  return {
    type: 'fail-attempt',
    ...attemptOf(drive, deed.fail ?? deed.throw ?? ''),
    code,
    message: 'the reason',
    bpmnError,
    details: null,
    variables,
    retry: deed.advice ?? null,
  };
}

function childEnd(
  drive: Drive,
  { ended: outcome = 'completed', run, code = 'E1', variables = {} }: Deed,
  nodeId: string,
): Command {
  const element = find(drive, nodeId);
  const error = outcome === 'failed' || outcome === 'not-started' ? { code, message: 'the reason' } : null;
  const ended = {
    elementInstanceId: element.id,
    run: run ?? element.run,
    childGuid: `g~${element.id}`,
    outcome,
    variables: outcome === 'completed' ? variables : null,
    error,
  };
  return { type: 'end-child', ended };
}

function attemptOf(drive: Drive, nodeId: string): { elementInstanceId: number; attempt: number } {
  const { id, attempt } = find(drive, nodeId);
  return { elementInstanceId: id, attempt };
}

function releaseOf(drive: Drive, nodeId: string): Command {
  const begunAt = find(drive, nodeId).attemptStartedAt ?? NaN;
  return { type: 'release-attempt', ...attemptOf(drive, nodeId), begunAt };
}

/** The timer of this element or boundary event, or of this kind (`continue`), the oldest one; at the time it is due. */
function firing(drive: Drive, nodeId: string): Command {
  const timer = [...drive.outside.timers.values()].find(
    ({ kind, elementInstanceId, timerNodeId }) =>
      timerNodeId === nodeId || kind === nodeId || (timerNodeId === '' && nodeIdOf(drive, elementInstanceId) === nodeId),
  );
  if (!timer) throw new Error(`Expected a timer of ${nodeId}, but there is none`);
  drive.now = Math.max(drive.now, timer.dueAt);
  const { kind, elementInstanceId, timerNodeId } = timer;
  return { type: 'fire-timers', failure: null, timers: [{ kind, elementInstanceId, timerNodeId }] };
}

function nodeIdOf(drive: Drive, id: number): string | undefined {
  return drive.state ? openElements(drive.state).find((element) => element.id === id)?.nodeId : undefined;
}

function find(drive: Drive, nodeId: string): ElementInstance {
  const found = drive.state ? openElements(drive.state).find((element) => element.nodeId === nodeId) : undefined;
  if (!found) throw new Error(`Expected ${nodeId} to be open, but it is not`);
  return found;
}
