import type {
  BeginRun,
  Effect,
  ElementInstance,
  InstanceState,
  OpenSubscription,
  RecordActivity,
  ScheduleTimer,
  StartChild,
} from '../../src/engine/index.js';
import { isPutOff, openElements } from '../../src/engine/index.js';

/** What the outside holds for one instance because of the engine's effects: rows, running attempts, history. */
export class Outside {
  readonly timers = new Map<string, ScheduleTimer>();
  readonly subscriptions = new Map<number, OpenSubscription>();
  /** Element instance to the number of the attempt that runs. */
  readonly attempts = new Map<number, number>();
  readonly incidents = new Map<number, string>();
  /** Element instances that a worker may take. */
  readonly jobs = new Set<number>();
  /** Element instance to the child that it waits for. */
  readonly children = new Map<number, StartChild>();
  /** Children whose end is kept for the resume: a cancel of them comes too late. */
  readonly endedChildren = new Set<number>();
  /** The run that follows this one. */
  next: BeginRun | null = null;
  readonly activities: RecordActivity[] = [];
  private readonly everQueued = new Set<number>();
  private readonly begun = new Map<number, number[]>();
  private readonly ended = new Map<number, number[]>();

  /** Performs one step's effects, in order. @returns what was wrong with them */
  perform(effects: readonly Effect[]): string[] {
    return effects.flatMap((effect) => this.performOne(effect) ?? []);
  }

  /** What the state says and what the outside holds are the same. */
  compare(state: InstanceState): string[] {
    const elements = openElements(state);
    const executing = elements
      .filter(({ status, lock }) => status === 'executing' && lock === null)
      .map(({ id, attempt }) => `${id}#${attempt}`);
    const failed = elements.filter(({ status }) => status === 'failed').map(({ id }) => String(id));
    const queued = elements.filter(({ status }) => status === 'queued').map(({ id }) => String(id));
    const calling = elements.filter(({ id, status }) => status === 'calling' && !isKept(state, id)).map(({ id }) => String(id));
    const subscribed = elements.filter(({ subscription }) => subscription !== null).map(({ id }) => String(id));
    return [
      ...difference(
        'timers',
        [...this.timers.values()].map(({ kind, elementInstanceId, timerNodeId, dueAt }) =>
          kind === 'continue' ? kind : `${elementInstanceId}/${timerNodeId}@${dueAt}`,
        ),
        [...continueRow(state), ...elements.flatMap((element) => timersOf(state, element))],
      ),
      ...difference(
        'attempts',
        [...this.attempts].map(([id, attempt]) => `${id}#${attempt}`),
        executing,
      ),
      ...difference('jobs', [...this.jobs].map(String), queued),
      ...difference('children', [...this.children.keys()].map(String), calling),
      ...difference('incidents', [...this.incidents.keys()].map(String), failed),
      ...difference('subscriptions', [...this.subscriptions.keys()].map(String), subscribed),
    ];
  }

  private performOne(effect: Effect): string | null {
    const { elementInstanceId: id } = effect;
    switch (effect.type) {
      case 'schedule-timer':
        this.timers.set(`${id}/${effect.timerNodeId}`, effect);
        return Number.isSafeInteger(effect.dueAt) ? null : `timer of ${id} is due at ${effect.dueAt}`;
      case 'cancel-timer':
        this.timers.delete(`${id}/${effect.timerNodeId}`);
        return null;
      case 'open-subscription':
        this.subscriptions.set(id, effect);
        return null;
      case 'close-subscription':
        return this.subscriptions.delete(id) ? null : `subscription of ${id} is closed, but is not open`;
      case 'execute-attempt':
        this.attempts.set(id, effect.attempt);
        return this.note(this.begun, id, effect.attempt);
      case 'abort-attempt':
        return this.attempts.delete(id) ? null : `attempt of ${id} is told to stop, but none runs`;
      case 'record-attempt':
        return this.note(this.ended, id, effect.attempt);
      case 'open-incident':
        if (this.incidents.has(id)) return `a second incident of ${id} is opened`;
        this.incidents.set(id, effect.incident.code);
        return null;
      case 'close-incident':
        return this.incidents.delete(id) ? null : `incident of ${id} is closed, but is not open`;
      case 'record-activity':
        this.activities.push(effect);
        return this.gapsOf(effect);
      case 'record-decision':
        return null;
      case 'open-job':
        this.jobs.add(id);
        this.everQueued.add(id);
        return null;
      case 'close-job':
        return this.jobs.delete(id) ? null : `job of ${id} is closed, but is not open`;
      case 'start-child':
        if (this.children.has(id)) return `a second child of ${id} is started`;
        this.children.set(id, effect);
        return null;
      case 'cancel-child':
        return this.children.delete(id) || this.endedChildren.has(id)
          ? null
          : `the child of ${id} is cancelled, but there is none`;
      case 'begin-run':
        if (this.next) return 'two runs follow this one';
        this.next = effect;
        return null;
    }
  }

  /** Attempts are begun, and end, in order and once each. */
  private note(log: Map<number, number[]>, id: number, attempt: number): string | null {
    const known = log.get(id) ?? [];
    log.set(id, [...known, attempt]);
    if (log === this.ended && this.attempts.get(id) === attempt) this.attempts.delete(id);
    return attempt > (known.at(-1) ?? 0) ? null : `attempt ${attempt} of ${id} comes after ${known.join(', ')}`;
  }

  /** Every attempt of an ended visit was begun outside or has a record (a failed mapping begins none). */
  private gapsOf({ elementInstanceId: id, attempts, elementType, nodeId }: RecordActivity): string | null {
    if (!this.begun.has(id) || elementType.endsWith('Gateway')) return null;
    const seen = new Set([...(this.begun.get(id) ?? []), ...(this.ended.get(id) ?? [])]);
    const missing = Array.from({ length: attempts }, (_, i) => i + 1).filter((attempt) => !seen.has(attempt));
    // A job that nobody took has not begun when its visit ends.
    if (this.everQueued.has(id) && missing.length === 1 && missing[0] === attempts) return null;
    return missing.length === 0 && Math.max(0, ...seen) === attempts
      ? null
      : `${nodeId} (${id}) has gaps in its ${attempts} attempts: ${[...seen].join(', ')}`;
  }

  /** A worker took the job: its attempt has begun, though not here. */
  activated(id: number, attempt: number): void {
    this.begun.set(id, [...(this.begun.get(id) ?? []), attempt]);
  }

  /** The attempt that was begun last was not executed: its number is given out again. */
  givenBack(id: number): void {
    this.attempts.delete(id);
    this.begun.get(id)?.pop();
  }

  childEnded(id: number): void {
    this.children.delete(id);
    this.endedChildren.add(id);
  }

  /** An attempt was reported as over: it no longer runs, whether the engine writes a record of it or not. */
  over(id: number, attempt: number): void {
    if (this.attempts.get(id) === attempt) this.attempts.delete(id);
  }
}

/** One row goes on with all that is put off, whenever it was scheduled, unless its steps are used up: then a person decides. */
function continueRow(state: InstanceState): string[] {
  return openElements(state).some(isPutOff) && state.continuations <= 10 ? ['continue'] : [];
}

/** The end of the child has come, and waits for the resume. */
function isKept({ inbox }: InstanceState, id: number): boolean {
  return inbox.some((entry) => entry.type === 'child' && entry.ended.elementInstanceId === id);
}

function timersOf(state: InstanceState, element: ElementInstance): string[] {
  const kept = (timerNodeId: string): boolean =>
    state.inbox.some(
      (entry) =>
        entry.type === 'timer' && entry.timer.elementInstanceId === element.id && entry.timer.timerNodeId === timerNodeId,
    );
  const own = element.dueAt !== null && !isPutOff(element) && !kept('') ? [`${element.id}/@${element.dueAt}`] : [];
  const total = element.recovery?.totalDueAt ?? null;
  return [
    ...own,
    ...(total === null || kept('#total') ? [] : [`${element.id}/#total@${total}`]),
    ...element.boundaryTimers
      .filter(({ nodeId }) => !kept(nodeId))
      .map(({ nodeId, dueAt }) => `${element.id}/${nodeId}@${dueAt}`),
  ];
}

function difference(what: string, held: readonly string[], said: readonly string[]): string[] {
  const [heldSet, saidSet] = [new Set(held), new Set(said)];
  const left = held
    .filter((each) => !saidSet.has(each))
    .map((each) => `the outside holds ${what} ${each}, which the state does not know`);
  return [
    ...left,
    ...said.filter((each) => !heldSet.has(each)).map((each) => `the state has ${what} ${each}, which the outside does not hold`),
  ];
}
