import { Injectable } from '@nestjs/common';
import { Wakeups } from '../application/ports/attempts.js';
import type { InstanceKey } from '../application/ports/instance-store.js';
import type { JobKind } from '../application/ports/jobs.js';

/** Who is woken; all of it hints, as polling finds the same later. */
export interface WakeupListeners {
  timerAt(dueAt: number): void;
  instanceMoved(instanceId: number): void;
  jobOpened(kind: JobKind): void;
  circuitChanged(): void;
  batchChanged(): void;
  auditWritten(): void;
  instanceInDoubt(instance: InstanceKey): void;
}

/** Passes the session's hints on to the loops, which are made after it. In a process without loops nobody listens. */
@Injectable()
export class RunnerWakeups extends Wakeups {
  private listeners: WakeupListeners | null = null;

  connect(listeners: WakeupListeners): void {
    this.listeners = listeners;
  }

  timerAt(dueAt: number): void {
    this.listeners?.timerAt(dueAt);
  }

  instanceMoved(instanceId: number): void {
    this.listeners?.instanceMoved(instanceId);
  }

  jobOpened(kind: JobKind): void {
    this.listeners?.jobOpened(kind);
  }

  circuitChanged(): void {
    this.listeners?.circuitChanged();
  }

  batchChanged(): void {
    this.listeners?.batchChanged();
  }

  auditWritten(): void {
    this.listeners?.auditWritten();
  }

  instanceInDoubt(instance: InstanceKey): void {
    this.listeners?.instanceInDoubt(instance);
  }
}
