import type { InstanceHeader, StepWrite } from '../../application/ports/instance-store.js';
import type {
  CancelChild,
  CloseIncident,
  CloseJob,
  Effect,
  OpenIncident,
  OpenJob,
  OpenSubscription,
  RecordActivity,
  RecordAttempt,
  ScheduleTimer,
  StartChild,
} from '../../engine/index.js';
import type { BoundStatement } from '../connection/hot-pool.js';
import { RowBuffer } from '../connection/row-buffer.js';
import type { FailureFingerprint } from '../../application/ports/failures.js';
import {
  closeIncidents,
  deleteJobs,
  deleteSubscriptions,
  deleteTimers,
  insertActivities,
  insertAttempts,
  insertIncidents,
  insertVariableWrites,
  upsertJobs,
  upsertSubscriptions,
  upsertTimers,
} from '../sql/save-effects.js';
import { upsertCalls } from '../sql/instance-calls.js';
import { FailureRows } from './failure-rows.js';
import { encodeValues, encodeWrite } from './recorded-values.js';
import { freeText } from './stored-text.js';

/** Where an effect's row belongs: the effect's identity, and the times of the step and of the instance's start. */
interface EffectOrigin {
  readonly header: InstanceHeader;
  readonly version: number;
  readonly index: number;
  readonly at: number;
  readonly startedAt: number;
  /** Visits entered by the end of the step. */
  readonly entered: number;
}

interface OpenedIncident {
  readonly origin: EffectOrigin;
  readonly effect: OpenIncident;
  readonly failure: FailureFingerprint | undefined;
  closed: CloseIncident | null;
}

/** The rows that the effects of a batch become. Of what one step says twice about the same row, the last word counts. */
export class EffectRows {
  private readonly activities = new RowBuffer(insertActivities);
  private readonly attempts = new RowBuffer(insertAttempts);
  private readonly variableWrites = new RowBuffer(insertVariableWrites);
  private readonly incidents = new RowBuffer(insertIncidents);
  private readonly closedIncidents = new RowBuffer(closeIncidents);
  private readonly failures = new FailureRows();
  private readonly jobs = new RowBuffer(upsertJobs);
  private readonly calls = new RowBuffer(upsertCalls);
  private readonly goneJobs = new RowBuffer(deleteJobs);
  private readonly timers = new RowBuffer(upsertTimers);
  private readonly goneTimers = new RowBuffer(deleteTimers);
  private readonly subscriptions = new RowBuffer(upsertSubscriptions);
  private readonly goneSubscriptions = new RowBuffer(deleteSubscriptions);

  add(write: StepWrite): void {
    const { header, state, effects, failures, tellsCaller } = write;
    const waits = state.endedAt === null ? new WaitsOfStep() : null; // Those of an ended instance are swept.
    const opened: OpenedIncident[] = [];
    let jobs: Map<number, OpenJob | CloseJob> | null = null;
    let calls: Map<number, StartChild | CancelChild> | null = null;
    for (const [index, effect] of effects.entries()) {
      const { version, updatedAt: at, startedAt, lastElementInstanceId: entered } = state;
      const origin = { header, version, index, at, startedAt, entered };
      if (effect.type === 'record-activity') this.addActivity(origin, effect);
      else if (effect.type === 'record-attempt') this.addAttempt(origin, effect);
      else if (effect.type === 'open-incident') opened.push({ origin, effect, failure: failures[opened.length], closed: null });
      else if (effect.type === 'close-incident') this.closeIncident(origin, effect, opened);
      else if (effect.type === 'open-job' || effect.type === 'close-job')
        (jobs ??= new Map()).set(effect.elementInstanceId, effect);
      else if (effect.type === 'start-child' || effect.type === 'cancel-child')
        (calls ??= new Map()).set(effect.elementInstanceId, effect);
      else waits?.add(effect);
    }
    if (write.variableWrites.length > 0) this.addVariableWrites(write);
    for (const job of jobs?.values() ?? []) this.addJob(header, state.updatedAt, job);
    for (const call of calls?.values() ?? []) this.addCall(header, state.updatedAt, call);
    if (tellsCaller) this.calls.add(header.id, 0, header.tenantId, 'ended', null, null, state.updatedAt);
    for (const incident of opened) this.addIncident(incident);
    waits?.addTo(header, this.timers, this.goneTimers, this.subscriptions, this.goneSubscriptions);
  }

  /** Closed before opened: an element that fails again at once keeps its new incident. */
  bindTo(statements: BoundStatement[]): void {
    this.activities.bindTo(statements);
    this.attempts.bindTo(statements);
    this.variableWrites.bindTo(statements);
    this.closedIncidents.bindTo(statements);
    this.incidents.bindTo(statements);
    this.failures.bindTo(statements);
    this.goneJobs.bindTo(statements);
    this.jobs.bindTo(statements);
    this.calls.bindTo(statements);
    this.goneTimers.bindTo(statements);
    this.timers.bindTo(statements);
    this.goneSubscriptions.bindTo(statements);
    this.subscriptions.bindTo(statements);
  }

  /** Never before its instance began, be the clock of this node behind another's: who reads looks into no week before that. */
  private addActivity({ header, version, index, startedAt, entered }: EffectOrigin, effect: RecordActivity): void {
    this.activities.add(
      header.id,
      effect.elementInstanceId,
      effect.nodeId,
      effect.elementType,
      effect.status,
      effect.scopeElementInstanceId,
      JSON.stringify(effect.takenFlowIds),
      effect.attempts,
      version,
      index,
      effect.startedAt,
      Math.max(effect.endedAt, startedAt),
      entered,
      effect.input === null ? null : encodeValues(effect.input),
    );
  }

  /** Not where the values are what they were. As with visits, never before the instance began. */
  private addVariableWrites({ header, state, variableWrites }: StepWrite): void {
    for (const [index, write] of variableWrites.entries()) {
      const { elementInstanceId, cause, entered } = write;
      const changed = encodeWrite(write);
      if (changed === null) continue;
      const { before, after, omitted } = changed;
      const at = Math.max(state.updatedAt, state.startedAt);
      this.variableWrites.add(header.id, state.version, index, elementInstanceId, cause, entered, before, after, omitted, at);
    }
  }

  private addAttempt({ header, version, index }: EffectOrigin, effect: RecordAttempt): void {
    this.attempts.add(
      header.id,
      version,
      index,
      effect.elementInstanceId,
      effect.nodeId,
      effect.attempt,
      effect.outcome,
      freeText(effect.errorCode),
      freeText(effect.errorMessage),
      effect.details === null ? null : JSON.stringify(effect.details),
      effect.startedAt,
      effect.endedAt,
      effect.errorClass ?? null,
      effect.decision?.action ?? null,
      freeText(effect.decision?.reason ?? null),
      freeText(effect.worker ?? null),
      effect.input === null ? null : encodeValues(effect.input),
    );
  }

  private addJob({ id, tenantId }: InstanceHeader, at: number, job: OpenJob | CloseJob): void {
    if (job.type === 'open-job') this.jobs.add(id, job.elementInstanceId, tenantId, job.jobType, at);
    else this.goneJobs.add(id, job.elementInstanceId);
  }

  private addCall({ id, tenantId }: InstanceHeader, at: number, call: StartChild | CancelChild): void {
    const { elementInstanceId } = call;
    if (call.type === 'cancel-child') this.calls.add(id, elementInstanceId, tenantId, 'cancel', null, null, at);
    else this.calls.add(id, elementInstanceId, tenantId, 'start', call.processKey, call.run, at);
  }

  /** One that was opened in this very step is closed before it is written. */
  private closeIncident({ header, at }: EffectOrigin, effect: CloseIncident, opened: readonly OpenedIncident[]): void {
    const sameStep = opened.findLast(
      (each) => each.effect.elementInstanceId === effect.elementInstanceId && each.closed === null,
    );
    if (sameStep) sameStep.closed = effect;
    else this.closedIncidents.add(header.id, effect.elementInstanceId, at, effect.resolution);
  }

  private addIncident({ origin: { header, version, index, at }, effect, failure, closed }: OpenedIncident): void {
    const { incident } = effect;
    if (failure) this.failures.add(header, effect, failure, closed === null ? null : at);
    this.incidents.add(
      header.id,
      version,
      index,
      effect.elementInstanceId,
      effect.nodeId,
      freeText(incident.code),
      freeText(incident.message),
      incident.kind,
      incident.attempt,
      incident.details === null ? null : JSON.stringify(incident.details),
      incident.decision.action,
      freeText(incident.decision.reason),
      incident.at,
      closed === null ? null : at,
      closed === null ? null : closed.resolution,
      incident.errorClass,
      incident.parkedFor,
      incident.parkedFor === null ? null : header.tenantId,
      failure?.fingerprint ?? null,
      header.definitionVersion,
    );
  }
}

/** What one step leaves of timers and subscriptions: for each row, the row or its absence. */
class WaitsOfStep {
  private timers: Map<string, ScheduleTimer | Extract<Effect, { type: 'cancel-timer' }>> | null = null;
  private subscriptions: Map<number, OpenSubscription | null> | null = null;

  add(effect: Effect): void {
    if (effect.type === 'schedule-timer' || effect.type === 'cancel-timer') {
      this.timers ??= new Map();
      this.timers.set(`${effect.elementInstanceId}/${effect.timerNodeId}`, effect);
    } else if (effect.type === 'open-subscription' || effect.type === 'close-subscription') {
      this.subscriptions ??= new Map();
      this.subscriptions.set(effect.elementInstanceId, effect.type === 'open-subscription' ? effect : null);
    }
  }

  addTo(
    { id, tenantId, guid }: InstanceHeader,
    timers: RowBuffer<[number, number, string, string, number, string, string | null, number]>,
    goneTimers: RowBuffer<[number, number, string]>,
    subscriptions: RowBuffer<[number, number, string, string, string, string, string]>,
    goneSubscriptions: RowBuffer<[number, number]>,
  ): void {
    for (const timer of this.timers?.values() ?? []) {
      if (timer.type === 'cancel-timer') goneTimers.add(id, timer.elementInstanceId, timer.timerNodeId);
      else {
        const { elementInstanceId, timerNodeId, kind, dueAt, circuit, held } = timer;
        timers.add(id, elementInstanceId, timerNodeId, kind, dueAt, tenantId, circuit ?? null, held ? 1 : 0);
      }
    }
    for (const [elementInstanceId, opened] of this.subscriptions ?? []) {
      if (opened === null) goneSubscriptions.add(id, elementInstanceId);
      else subscriptions.add(id, elementInstanceId, tenantId, guid, opened.nodeId, opened.messageName, opened.correlationKey);
    }
  }
}
