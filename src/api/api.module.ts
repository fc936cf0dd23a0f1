import { Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { ApplicationModule } from '../application/application.module.js';
import { CircuitStore } from '../application/ports/circuits.js';
import { Clock } from '../application/ports/clock.js';
import { InstanceReader } from '../application/ports/readers.js';
import { TimerStore } from '../application/ports/stores.js';
import { AttemptPool } from '../runner/attempt-pool.js';
import type { Config } from '../config.js';
import { Admission } from './access/admission.js';
import { Authenticator } from './access/authenticator.js';
import { Callers } from './access/callers.js';
import { JwtVerifier } from './access/jwt-verifier.js';
import { RateLimiter } from './access/rate-limiter.js';
import { CommandController } from './endpoint/command.controller.js';
import { Dispatcher } from './endpoint/dispatcher.js';
import { IdempotentExecution } from './endpoint/idempotent-execution.js';
import { RefusalAudit } from './endpoint/refusal-audit.js';
import { EnvelopeFilter } from './envelope.filter.js';
import { Health } from './observability/health.js';
import { ObservabilityController } from './observability/observability.controller.js';
import { OperationGauges } from './observability/operation-gauges.js';
import { DocsController, OpenApiDocument } from './openapi/docs.controller.js';
import { PrometheusTelemetry } from './observability/prometheus-telemetry.js';
import { AuditController } from './reads/audit.controller.js';
import { BatchReportController } from './reads/batch-report.controller.js';
import { ModelController } from './reads/model.controller.js';
import { Reader } from './reads/reader.js';
import { ReadsController } from './reads/reads.controller.js';
import { OpenStreams } from './streams/open-streams.js';
import { StreamsController } from './streams/streams.controller.js';

/** HTTP: the command endpoint, reads, access, probes and metrics. A pure runner has the last two only. */
@Module({})
export class ApiModule implements OnModuleInit {
  constructor(
    private readonly telemetry: PrometheusTelemetry,
    private readonly instances: InstanceReader,
    private readonly timers: TimerStore,
    private readonly attempts: AttemptPool,
    private readonly circuits: CircuitStore,
    private readonly clock: Clock,
    private readonly operations: OperationGauges,
  ) {}

  static forRoot(config: Config): DynamicModule {
    const commands =
      config.role === 'runner'
        ? []
        : [
            CommandController,
            AuditController,
            BatchReportController,
            ModelController,
            ReadsController,
            StreamsController,
            DocsController,
          ];
    return {
      module: ApiModule,
      imports: [ApplicationModule, CqrsModule],
      controllers: [ObservabilityController, ...commands],
      providers: [
        { provide: JwtVerifier, useFactory: () => new JwtVerifier(config.jwt) },
        { provide: RateLimiter, useFactory: () => new RateLimiter(config.rateLimit) },
        { provide: EnvelopeFilter, useFactory: () => new EnvelopeFilter(config.bodyLimitBytes) },
        { provide: APP_FILTER, useExisting: EnvelopeFilter },
        Admission,
        Authenticator,
        Callers,
        Dispatcher,
        IdempotentExecution,
        RefusalAudit,
        Health,
        OperationGauges,
        OpenApiDocument,
        Reader,
        OpenStreams,
      ],
    };
  }

  onModuleInit(): void {
    this.operations.register();
    this.telemetry.gauge('reprise_open_failures', 'Open incidents that wait for a person.', () =>
      this.instances.countOpenIncidents(),
    );
    this.telemetry.gauge('reprise_due_backlog', 'Timer rows that are due and not yet acted upon.', () =>
      this.timers.countDue(this.clock.now()),
    );
    this.telemetry.gauge(
      'reprise_open_circuits',
      'Circuits that are not closed.',
      async () => (await this.circuits.counts()).open,
    );
    this.telemetry.gauge(
      'reprise_held_retries',
      'Attempts that wait for their circuit.',
      async () => (await this.circuits.counts()).held,
    );
    this.telemetry.gauge('reprise_running_attempts', 'Attempts that this process runs now.', () => this.attempts.size);
  }
}
