import { Global, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { availableParallelism } from 'node:os';
import { ApplicationModule } from '../application/application.module.js';
import { AuditRetentionStore, AuditSigner } from '../application/ports/audit-chain.js';
import { AuditStore } from '../application/ports/stores.js';
import { AttemptRunner, Wakeups } from '../application/ports/attempts.js';
import { BatchStore } from '../application/ports/batches.js';
import type { CircuitSettings } from '../application/circuits/circuit.js';
import { CircuitBreakers, CircuitStore } from '../application/ports/circuits.js';
import { Clock, NodeIdentity } from '../application/ports/clock.js';
import { DueWork } from '../application/ports/due-work.js';
import { JobPermits } from '../application/ports/limits.js';
import { InstanceStore } from '../application/ports/instance-store.js';
import { EndedInstances, HistoryPartitions } from '../application/ports/history.js';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import type { TaskAttempt } from '../connectors/connector.js';
import { HttpConnector } from '../connectors/http/http-connector.js';
import { Sandbox } from '../connectors/script/sandbox.js';
import { ScriptConnector } from '../connectors/script/script-connector.js';
import { WebhookSender } from '../connectors/webhook/webhook-sender.js';
import { AttemptPool } from './attempt-pool.js';
import { AuditRetention } from './audit-retention.js';
import { AuditSealer } from './audit-sealer.js';
import { BatchKeeper } from './batch-keeper.js';
import { BreakerKeeper } from './breaker-keeper.js';
import { SharedCircuitBreakers } from './circuits/circuit-breakers.js';
import { CallCourier } from './call-courier.js';
import { gatherConnectors } from './connectors.js';
import { DueLoop } from './due-loop.js';
import { GroupKeeper } from './group-keeper.js';
import { Heartbeat } from './heartbeat.js';
import { HistoryCleaner } from './history-cleaner.js';
import { HistoryPartitioner } from './history-partitioner.js';
import { HistoryRetention } from './history-retention.js';
import { AttemptGate } from './limits/attempt-gate.js';
import { JobGate } from './limits/job-gate.js';
import { LostAttemptRescuer } from './lost-attempt-rescuer.js';
import { NodeHints } from './node-hints.js';
import { RunnerLifecycle } from './runner-lifecycle.js';
import { RunnerWakeups } from './runner-wakeups.js';
import { StaleAttemptStopper } from './stale-attempt-stopper.js';
import { StartTimers } from './start-timers.js';
import { SystemClock } from './system-clock.js';
import { TimerFiring } from './timer-firing.js';
import { WebhookCourier } from './webhook-courier.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';

export interface RunnerOptions {
  readonly testClock: boolean;
  readonly httpAllowPrivate: boolean;
  readonly httpMaxResponseBytes: number;
  readonly handlerModules: readonly string[];
  readonly historyDays: number | null;
  readonly auditDays: number | null;
  readonly circuits: CircuitSettings & { readonly isAutomatic: boolean };
}

/** The runner: attempts, timers, take-over, sealing. Global, because it implements ports that the application asks for. */
@Global()
@Module({})
export class RunnerModule implements OnApplicationShutdown {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly http: HttpConnector,
    private readonly webhooks: WebhookSender,
    private readonly attempts: AttemptPool,
  ) {}

  static forRoot(options: RunnerOptions): DynamicModule {
    return {
      module: RunnerModule,
      imports: [ApplicationModule, DiscoveryModule],
      providers: [
        { provide: Clock, useFactory: () => new SystemClock(options.testClock) },
        { provide: Sandbox, useFactory: () => new Sandbox(Math.max(1, Math.min(4, availableParallelism() - 1))) },
        {
          provide: HttpConnector,
          useFactory: () =>
            new HttpConnector({ allowPrivate: options.httpAllowPrivate, maxResponseBytes: options.httpMaxResponseBytes }),
        },
        {
          provide: ScriptConnector,
          useFactory: (sandbox: Sandbox) => new ScriptConnector(sandbox, logScript),
          inject: [Sandbox],
        },
        {
          provide: ConnectorRegistry,
          useFactory: (http: HttpConnector, script: ScriptConnector, discovery: DiscoveryService) =>
            gatherConnectors([http, script], options.handlerModules, discovery),
          inject: [HttpConnector, ScriptConnector, DiscoveryService],
        },
        RunnerWakeups,
        { provide: Wakeups, useExisting: RunnerWakeups },
        {
          provide: SharedCircuitBreakers,
          useFactory: (store: CircuitStore, ids: InstanceStore, clock: Clock, wakeups: Wakeups) =>
            new SharedCircuitBreakers(store, ids, clock, wakeups, options.circuits, options.circuits.isAutomatic),
          inject: [CircuitStore, InstanceStore, Clock, Wakeups],
        },
        { provide: CircuitBreakers, useExisting: SharedCircuitBreakers },
        AttemptGate,
        JobGate,
        { provide: JobPermits, useExisting: JobGate },
        AttemptPool,
        { provide: AttemptRunner, useExisting: AttemptPool },
        Heartbeat,
        { provide: NodeIdentity, useExisting: Heartbeat },
        NodeHints,
        TimerFiring,
        CallCourier,
        DueLoop,
        { provide: DueWork, useExisting: DueLoop },
        StartTimers,
        LostAttemptRescuer,
        StaleAttemptStopper,
        BreakerKeeper,
        BatchKeeper,
        AuditSealer,
        { provide: WebhookSender, useFactory: () => new WebhookSender(options.httpAllowPrivate) },
        GroupKeeper,
        WebhookCourier,
        WebhookDispatcher,
        HistoryCleaner,
        HistoryPartitioner,
        {
          provide: HistoryRetention,
          useFactory: (instances: EndedInstances, partitions: HistoryPartitions, batches: BatchStore, clock: Clock) =>
            new HistoryRetention(instances, partitions, batches, clock, options.historyDays),
          inject: [EndedInstances, HistoryPartitions, BatchStore, Clock],
        },
        {
          provide: AuditRetention,
          useFactory: (
            weeks: AuditRetentionStore,
            audit: AuditStore,
            signer: AuditSigner,
            ids: InstanceStore,
            instances: EndedInstances,
            clock: Clock,
            wakeups: Wakeups,
          ) => new AuditRetention({ weeks, audit, signer, ids, instances, clock, wakeups }, options.auditDays),
          inject: [AuditRetentionStore, AuditStore, AuditSigner, InstanceStore, EndedInstances, Clock, Wakeups],
        },
        RunnerLifecycle,
      ],
      exports: [
        Clock,
        Wakeups,
        AttemptRunner,
        CircuitBreakers,
        JobPermits,
        NodeIdentity,
        DueWork,
        RunnerLifecycle,
        ConnectorRegistry,
        HttpConnector,
        Sandbox,
        AttemptPool,
      ],
    };
  }

  /** Its attempts have ended by now, or have been told to; what requests began since the drain is given back. */
  async onApplicationShutdown(): Promise<void> {
    await this.attempts.allReleased();
    await Promise.all([this.sandbox.close(), this.http.close(), this.webhooks.close()]);
  }
}

const scripts = new Logger('Script');

/** What a script writes with `console.log` goes to the server's log, with the task it belongs to. */
function logScript({ instanceGuid, taskId, attempt }: TaskAttempt, lines: readonly string[]): void {
  for (const line of lines) scripts.log({ instanceGuid, taskId, attempt, line }, 'Script');
}
