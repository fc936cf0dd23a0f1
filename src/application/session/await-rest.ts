import type { Effect, ElementInstance, InstanceState } from '../../engine/index.js';
import { isPutOff, openElements } from '../../engine/index.js';
import type { InstanceWatch } from './instance-watch.js';
import type { LiveInstance } from './live-instance.js';

/** How the attempt that a command asked for ended, and what the instance was then. */
export interface RestReport {
  readonly instance: LiveInstance;
  /** `pending`: neither ended nor given up within the time allowed. `none`: the command began no attempt to wait for. */
  readonly attempt: 'none' | 'pending' | 'succeeded' | 'failed' | 'retrying' | 'interrupted' | 'passed-over';
  /** Of an attempt that is `passed-over`: it failed, and the task's policy ended the task all the same. */
  readonly passedOver?: PassedOver;
  /** Of the attempt, in ms; null while it is pending. */
  readonly executionTimeMs: number | null;
}

/** What the policy did about the failed attempt. */
export interface PassedOver {
  readonly decision: 'skip' | 'complete' | 'throw';
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** Null: the decision is none that ends the task. */
export function passedOverBy(
  decision: string | null | undefined,
  errorCode: string | null,
  errorMessage: string | null,
): PassedOver | null {
  return decision === 'skip' || decision === 'complete' || decision === 'throw' ? { decision, errorCode, errorMessage } : null;
}

export interface RestOptions {
  /** The attempt to wait for; null: only for the branches to come to rest. */
  readonly elementInstanceId: number | null;
  /** Other branches' visits at the time of the command: their end is not waited for. */
  readonly foreign: ReadonlySet<number>;
  readonly waitMs: number;
  /** How long after the attempt's own success the rest is waited for (CONTRACT section 11.1). */
  readonly graceMs: number;
}

/** Visits that were open before a command and go on beside it: what it does not wait for, whoever moves them. */
export function foreignVisits(state: InstanceState, begun: readonly number[]): Set<number> {
  const beside = openElements(state).filter((element) => element.status !== 'ready');
  return new Set(beside.map((element) => element.id).filter((id) => !begun.includes(id)));
}

/** Waits until the branch has come to rest: it waits, ends or fails (CONTRACT section 11.1). Call in the same turn as the commit. */
export function awaitRest(watch: InstanceWatch, committed: LiveInstance, options: RestOptions): Promise<RestReport> {
  const first = judge(committed, [], options, null);
  if (isSettled(first) && atRest(committed.state, options)) return Promise.resolve(first);
  if (isFinal(first, options)) return Promise.resolve(first);
  return new Promise((resolve) => {
    let latest = first;
    let grace: NodeJS.Timeout | null = null;
    const finish = (): void => {
      stop();
      clearTimeout(timeout);
      if (grace) clearTimeout(grace);
      resolve(latest);
    };
    const allowGrace = (): void => {
      if (isSettled(latest) && options.elementInstanceId !== null) grace ??= setTimeout(finish, options.graceMs);
    };
    const stop = watch.on(committed.header.id, (instance, effects) => {
      latest = judge(instance, effects, options, latest);
      if (isFinal(latest, options) || (isSettled(latest) && atRest(instance.state, options))) finish();
      else allowGrace();
    });
    const timeout = setTimeout(finish, options.waitMs);
    allowGrace();
  });
}

/** What an instance, as one commit left it, says of the attempt. `known`: what was known before it; null: nothing was. */
export function judge(
  instance: LiveInstance,
  effects: readonly Effect[],
  options: RestOptions,
  known: RestReport | null,
): RestReport {
  const { elementInstanceId } = options;
  if (elementInstanceId === null) return { instance, attempt: 'none', executionTimeMs: null };
  if (known && known.attempt !== 'pending' && known.attempt !== 'interrupted') return { ...known, instance };
  const ended = effects.find((effect) => effect.type === 'record-activity' && effect.elementInstanceId === elementInstanceId);
  const executionTimeMs = known === null ? null : instance.state.updatedAt - startOf(known.instance, elementInstanceId);
  if (ended?.type === 'record-activity') {
    const passedOver = passedOverIn(effects, elementInstanceId);
    if (passedOver) return { instance, attempt: 'passed-over', executionTimeMs, passedOver };
    return {
      instance,
      attempt: ended.status === 'terminated' && !caughtError(effects, elementInstanceId) ? 'interrupted' : 'succeeded',
      executionTimeMs,
    };
  }
  const element = find(instance.state, elementInstanceId);
  // It ended with the very step of the command, or elsewhere: what is stored tells how.
  if (!element) return { instance, attempt: 'interrupted', executionTimeMs };
  if (element.status === 'failed') return { instance, attempt: 'failed', executionTimeMs };
  if (element.status === 'retrying' || element.status === 'held') return { instance, attempt: 'retrying', executionTimeMs };
  if (element.status === 'executing' || element.status === 'queued' || element.status === 'calling')
    return { instance, attempt: 'pending', executionTimeMs: null };
  return { instance, attempt: 'succeeded', executionTimeMs: executionTimeMs ?? 0 };
}

function passedOverIn(effects: readonly Effect[], elementInstanceId: number): PassedOver | null {
  const last = effects.findLast((effect) => effect.type === 'record-attempt' && effect.elementInstanceId === elementInstanceId);
  return last?.type === 'record-attempt' ? passedOverBy(last.decision?.action, last.errorCode, last.errorMessage) : null;
}

/** A modelled error that a boundary event caught: the attempt ended and the process went on. */
function caughtError(effects: readonly Effect[], elementInstanceId: number): boolean {
  return effects.some(
    (effect) =>
      effect.type === 'record-attempt' && effect.elementInstanceId === elementInstanceId && effect.outcome === 'bpmn-error',
  );
}

function startOf(instance: LiveInstance, elementInstanceId: number): number {
  return find(instance.state, elementInstanceId)?.attemptStartedAt ?? instance.state.updatedAt;
}

function find(state: InstanceState, id: number): ElementInstance | undefined {
  return openElements(state).find((element) => element.id === id);
}

function isSettled(report: RestReport): boolean {
  return report.attempt !== 'pending';
}

/** Nothing better can be learnt by waiting. */
function isFinal(report: RestReport, { elementInstanceId }: RestOptions): boolean {
  return (
    report.attempt === 'failed' ||
    report.attempt === 'retrying' ||
    report.attempt === 'interrupted' ||
    isCalling(report.instance.state, elementInstanceId) ||
    report.instance.state.endedAt !== null
  );
}

/** A child may take its time: nobody is kept waiting for it by a retry of its call. */
function isCalling(state: InstanceState, id: number | null): boolean {
  return id !== null && find(state, id)?.status === 'calling';
}

/** No branch that the command moves is moving. */
export function atRest(state: InstanceState, { foreign }: Pick<RestOptions, 'foreign'>): boolean {
  if (state.paused) return true;
  return openElements(state).every((element) => !isMoving(state, element) || foreign.has(element.id));
}

/**
 * An attempt runs here, or the element goes on by itself: a supervised process stands before it otherwise. What a worker does, or
 * will do, may take as long as it likes.
 */
function isMoving(state: InstanceState, element: ElementInstance): boolean {
  if (element.status === 'ready') return state.executionMode === 'Unsupervised' || isPutOff(element);
  return element.status === 'executing' && element.lock === null;
}
