import { Injectable, Logger } from '@nestjs/common';
import { TrailPulse } from '../application/events/trail-pulse.js';
import { JobBoard } from '../application/jobs/job-board.js';
import { Clock } from '../application/ports/clock.js';
import { EngineSession } from '../application/session/engine-session.js';
import { AttemptPool } from './attempt-pool.js';
import { BatchKeeper } from './batch-keeper.js';
import { BreakerKeeper } from './breaker-keeper.js';
import { SharedCircuitBreakers } from './circuits/circuit-breakers.js';
import { AuditRetention } from './audit-retention.js';
import { AuditSealer } from './audit-sealer.js';
import { DueLoop } from './due-loop.js';
import { GroupKeeper } from './group-keeper.js';
import { Heartbeat } from './heartbeat.js';
import { HistoryCleaner } from './history-cleaner.js';
import { HistoryPartitioner } from './history-partitioner.js';
import { HistoryRetention } from './history-retention.js';
import { NodeHints } from './node-hints.js';
import { AttemptGate } from './limits/attempt-gate.js';
import { LostAttemptRescuer } from './lost-attempt-rescuer.js';
import { StaleAttemptStopper } from './stale-attempt-stopper.js';
import { RunnerWakeups } from './runner-wakeups.js';
import { WebhookCourier } from './webhook-courier.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';

/** Starts the loops of this process in their order, and ends them in the reverse. */
@Injectable()
export class RunnerLifecycle {
  private readonly logger = new Logger('Runner');
  private draining = false;

  constructor(
    private readonly session: EngineSession,
    private readonly pulse: TrailPulse,
    private readonly pool: AttemptPool,
    private readonly gate: AttemptGate,
    private readonly wakeups: RunnerWakeups,
    private readonly heartbeat: Heartbeat,
    private readonly hints: NodeHints,
    private readonly clock: Clock,
    private readonly jobs: JobBoard,
    private readonly due: DueLoop,
    private readonly rescuer: LostAttemptRescuer,
    private readonly stopper: StaleAttemptStopper,
    private readonly breakers: SharedCircuitBreakers,
    private readonly keeper: BreakerKeeper,
    private readonly batches: BatchKeeper,
    private readonly groups: GroupKeeper,
    private readonly sealer: AuditSealer,
    private readonly dispatcher: WebhookDispatcher,
    private readonly courier: WebhookCourier,
    private readonly cleaner: HistoryCleaner,
    private readonly partitioner: HistoryPartitioner,
    private readonly retention: HistoryRetention,
    private readonly auditRetention: AuditRetention,
  ) {}

  get isDraining(): boolean {
    return this.draining;
  }

  /** @param withLoops false: the process only runs the attempts that its own commands begin (`REPRISE_ROLE=api`) */
  async start(withLoops: boolean): Promise<void> {
    this.pool.connect(this.session);
    await this.partitioner.start(withLoops);
    await this.heartbeat.start();
    await this.gate.start();
    this.wakeups.connect({
      timerAt: (dueAt) => (this.due.isRunning ? this.due.wake(dueAt) : this.hints.timerAt(dueAt, this.clock.now())),
      instanceMoved: (instanceId) => this.hints.instanceMoved(instanceId),
      jobOpened: (kind) => {
        this.jobs.wake(kind);
        this.hints.jobOpened(kind);
      },
      circuitChanged: () => this.hints.circuitChanged(),
      batchChanged: () => {
        this.batches.wake();
        this.hints.batchChanged();
      },
      auditWritten: () => {
        this.sealer.wake();
        this.dispatcher.wake();
        this.pulse.wake();
      },
      instanceInDoubt: (instance) => this.rescuer.doubt(instance),
    });
    this.hints.start(({ dueAt, movedInstances, circuits, batches, openJobs = [] }) => {
      if (dueAt !== undefined) this.due.wake(dueAt);
      if (movedInstances && movedInstances.length > 0) this.stopper.lookAt(new Set(movedInstances));
      if (circuits) this.breakers.look();
      if (batches) this.batches.wake();
      for (const kind of openJobs) this.jobs.wake(kind);
    });
    this.rescuer.start(withLoops);
    this.stopper.start();
    this.breakers.start();
    if (!withLoops) return;
    this.due.start();
    this.keeper.start();
    this.batches.start();
    this.sealer.start();
    this.groups.start();
    this.dispatcher.start();
    this.courier.start();
    this.cleaner.start();
    this.retention.start();
    this.auditRetention.start();
  }

  /** No new attempt is begun; running ones get `drainMs`. What is left goes on in another process, or at the next start. */
  async drain(drainMs: number): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    this.jobs.close();
    if (this.pool.size > 0) this.logger.log(`Draining: ${this.pool.size} running attempt(s) get ${drainMs} ms to end.`);
    await this.keeper.stop();
    await this.batches.stop();
    await this.due.stop();
    await this.pool.drain(drainMs);
    await this.gate.stop();
    await this.rescuer.stop();
    await this.stopper.stop();
    await this.breakers.stop();
    await this.retention.stop();
    await this.auditRetention.stop();
    await this.partitioner.stop();
    await this.cleaner.stop();
    await this.groups.stop();
    await this.dispatcher.stop();
    await this.courier.stop();
    await this.sealer.stop();
    await this.hints.stop();
    await this.heartbeat.stop();
  }
}
