import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApprovalStore } from '../application/ports/approvals.js';
import { BatchStore } from '../application/ports/batches.js';
import { AuditChain, AuditRetentionStore } from '../application/ports/audit-chain.js';
import { CircuitStore } from '../application/ports/circuits.js';
import { CallStore } from '../application/ports/calls.js';
import { EndedInstances, HistoryPartitions } from '../application/ports/history.js';
import { InstanceHistory } from '../application/ports/instance-history.js';
import { InstanceStore } from '../application/ports/instance-store.js';
import { JobStore } from '../application/ports/jobs.js';
import { JobPermitStore, LimitPermits, LimitStore } from '../application/ports/limits.js';
import { InvariantReader } from '../application/ports/doctor.js';
import { EscalationStore } from '../application/ports/escalations.js';
import { FailureGroupStore } from '../application/ports/failures.js';
import { HintChannel } from '../application/ports/node-hints.js';
import { OperatorPolicyStore } from '../application/ports/operator-policies.js';
import { DefinitionStore, InstanceReader } from '../application/ports/readers.js';
import {
  ApiTokenStore,
  AuditStore,
  IdempotencyStore,
  MessageStore,
  NodeRegistry,
  StartTimerStore,
  TimerStore,
} from '../application/ports/stores.js';
import { PgAuditChain } from './audit/audit-chain-reader.js';
import { PgAuditRetentionStore } from './audit/audit-retention-store.js';
import { TrailTail } from '../application/ports/trail-tail.js';
import { WebhookStore } from '../application/ports/webhooks.js';
import { PgAuditStore } from './audit/audit-store.js';
import { HotPool } from './connection/hot-pool.js';
import { NotifyChannel } from './connection/notify-channel.js';
import { createDataSource } from './data-source.js';
import { PgInstanceHistory } from './readers/instance-history.js';
import { PgInstanceReader } from './readers/instance-reader.js';
import { PgInvariantReader } from './readers/invariant-reader.js';
import { PgTrailTail } from './readers/trail-tail-reader.js';
import { PgApiTokenStore } from './stores/api-token-store.js';
import { PgApprovalStore } from './stores/approval-store.js';
import { PgBatchStore } from './stores/batch-store.js';
import { PgCircuitStore } from './stores/circuit-store.js';
import { PgCallStore } from './stores/call-store.js';
import { PgDefinitionStore } from './stores/definition-store.js';
import { PgEndedInstances } from './stores/ended-instances.js';
import { PgEscalationStore } from './stores/escalation-store.js';
import { PgHistoryPartitions } from './stores/history-partitions.js';
import { PgFailureGroupStore } from './stores/failure-group-store.js';
import { PgIdempotencyStore } from './stores/idempotency-store.js';
import { PgInstanceStore } from './stores/instance-store.js';
import { PgJobStore } from './stores/job-store.js';
import { PgJobPermits } from './stores/job-permits.js';
import { PgLimitPermits } from './stores/limit-permits.js';
import { PgLimitStore } from './stores/limit-store.js';
import { PgMessageStore } from './stores/message-store.js';
import { PgNodeRegistry } from './stores/node-registry.js';
import { PgOperatorPolicyStore } from './stores/operator-policy-store.js';
import { PgStartTimerStore } from './stores/start-timer-store.js';
import { PgTimerStore } from './stores/timer-store.js';
import { PgWebhookStore } from './stores/webhook-store.js';

export interface StorageOptions {
  /** A database that `prepareDatabase` has brought up to date. */
  readonly databaseUrl: string;
}

/** The ids of the first block are there before anybody can ask for one. */
async function openInstanceStore(pool: HotPool): Promise<PgInstanceStore> {
  const store = new PgInstanceStore(pool);
  await store.open();
  return store;
}

const STORES = [
  { provide: InstanceStore, useFactory: openInstanceStore, inject: [HotPool] },
  { provide: TimerStore, useFactory: (pool: HotPool) => new PgTimerStore(pool), inject: [HotPool] },
  { provide: JobStore, useFactory: (pool: HotPool) => new PgJobStore(pool), inject: [HotPool] },
  { provide: StartTimerStore, useFactory: (pool: HotPool) => new PgStartTimerStore(pool), inject: [HotPool] },
  { provide: CallStore, useFactory: (pool: HotPool) => new PgCallStore(pool), inject: [HotPool] },
  { provide: MessageStore, useFactory: (pool: HotPool) => new PgMessageStore(pool), inject: [HotPool] },
  { provide: NodeRegistry, useFactory: (pool: HotPool) => new PgNodeRegistry(pool), inject: [HotPool] },
  { provide: IdempotencyStore, useFactory: (pool: HotPool) => new PgIdempotencyStore(pool), inject: [HotPool] },
  { provide: EndedInstances, useFactory: (pool: HotPool) => new PgEndedInstances(pool), inject: [HotPool] },
  {
    provide: CircuitStore,
    useFactory: (pool: HotPool, dataSource: DataSource) => new PgCircuitStore(pool, dataSource),
    inject: [HotPool, DataSource],
  },
  {
    provide: BatchStore,
    useFactory: (pool: HotPool, dataSource: DataSource) => new PgBatchStore(pool, dataSource),
    inject: [HotPool, DataSource],
  },
  { provide: LimitPermits, useFactory: (pool: HotPool) => new PgLimitPermits(pool), inject: [HotPool] },
  { provide: JobPermitStore, useFactory: (pool: HotPool) => new PgJobPermits(pool), inject: [HotPool] },
  {
    provide: OperatorPolicyStore,
    useFactory: (pool: HotPool, dataSource: DataSource) => new PgOperatorPolicyStore(pool, dataSource),
    inject: [HotPool, DataSource],
  },
  { provide: ApprovalStore, useClass: PgApprovalStore },
  { provide: LimitStore, useClass: PgLimitStore },
  { provide: FailureGroupStore, useClass: PgFailureGroupStore },
  { provide: HistoryPartitions, useClass: PgHistoryPartitions },
  { provide: WebhookStore, useFactory: (dataSource: DataSource) => new PgWebhookStore(dataSource), inject: [DataSource] },
  { provide: EscalationStore, useClass: PgEscalationStore },
  { provide: TrailTail, useClass: PgTrailTail },
  { provide: AuditStore, useClass: PgAuditStore },
  { provide: AuditChain, useClass: PgAuditChain },
  { provide: AuditRetentionStore, useClass: PgAuditRetentionStore },
  { provide: InstanceHistory, useClass: PgInstanceHistory },
  { provide: InstanceReader, useClass: PgInstanceReader },
  { provide: InvariantReader, useClass: PgInvariantReader },
  { provide: DefinitionStore, useClass: PgDefinitionStore },
  { provide: ApiTokenStore, useClass: PgApiTokenStore },
];

/** All ports that the database stands behind. Global: whoever asks for a port need not know who implements it. */
@Global()
@Module({})
export class StorageModule implements OnApplicationShutdown {
  constructor(
    @Inject(HotPool) private readonly pool: HotPool,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  static forRoot({ databaseUrl }: StorageOptions): DynamicModule {
    return {
      module: StorageModule,
      providers: [
        { provide: HotPool, useFactory: () => new HotPool(databaseUrl) },
        { provide: DataSource, useFactory: () => createDataSource(databaseUrl).initialize() },
        { provide: HintChannel, useFactory: () => new NotifyChannel(databaseUrl) },
        ...STORES,
      ],
      exports: [HotPool, DataSource, HintChannel, ...STORES.map((store) => store.provide)],
    };
  }

  /** The last to go: everybody else has drained by then. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pool.close(), this.dataSource.destroy()]);
  }
}
