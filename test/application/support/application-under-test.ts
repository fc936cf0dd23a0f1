import { Global, Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { ApplicationModule } from '../../../src/application/application.module.js';
import type { Caller } from '../../../src/application/caller.js';
import { AuditSigner } from '../../../src/application/ports/audit-chain.js';
import { AuditKey } from '../../../src/audit-proof/audit-key.js';
import { ContextTypes } from '../../../src/application/ports/context-types.js';
import { Telemetry } from '../../../src/application/ports/telemetry.js';
import type { ApiRequest } from '../../../src/application/requests/api-request.js';
import { HandlesTask } from '../../../src/connectors/handlers/handles-task.js';
import type { TaskAttempt } from '../../../src/connectors/connector.js';
import type { Answer } from '../../../src/contract/answer.js';
import type { JsonValue } from '../../../src/engine/index.js';
import { RunnerLifecycle } from '../../../src/runner/runner-lifecycle.js';
import { RunnerModule } from '../../../src/runner/runner.module.js';
import { StorageModule } from '../../../src/storage/storage.module.js';

/** The world outside: what the tasks of type `outside` do, by their element id. */
export class Outside {
  readonly attempts: string[] = [];
  private readonly deeds = new Map<string, () => JsonValue | Promise<JsonValue>>();

  /** What the task does from now on; without it, it succeeds at once. */
  task(taskId: string, deed: () => JsonValue | Promise<JsonValue>): void {
    this.deeds.set(taskId, deed);
  }

  attempt(taskId: string): JsonValue | Promise<JsonValue> {
    this.attempts.push(taskId);
    return this.deeds.get(taskId)?.() ?? null;
  }
}

@HandlesTask('outside')
class OutsideHandler {
  constructor(private readonly outside: Outside) {}

  handle({ taskId }: TaskAttempt): JsonValue | Promise<JsonValue> {
    return this.outside.attempt(taskId);
  }
}

/** Counts what tests ask about. */
export class CountingTelemetry extends Telemetry {
  conflicts = 0;
  readonly batches: number[] = [];

  batch(size: number): void {
    this.batches.push(size);
  }
  attempt(): void {}
  decision(): void {}
  held(): void {}
  conflict(): void {
    this.conflicts++;
  }
}

@Global()
@Module({})
class SurroundingsModule {
  static with(outside: Outside, telemetry: CountingTelemetry): DynamicModule {
    return {
      module: SurroundingsModule,
      providers: [
        { provide: Telemetry, useValue: telemetry },
        { provide: ContextTypes, useValue: { nameOf: (id: number) => (id === 1 ? 'Loan' : undefined) } satisfies ContextTypes },
        { provide: AuditSigner, useValue: { key: AuditKey.ofPem(AuditKey.generate()), advice: '' } satisfies AuditSigner },
        { provide: Outside, useValue: outside },
        OutsideHandler,
      ],
      exports: [Telemetry, ContextTypes, AuditSigner],
    };
  }
}

type RequestClass<D extends object> = new (data: D, caller: Caller) => ApiRequest<D>;

/** Storage, application and runner of one server process, without HTTP. */
export class ApplicationUnderTest {
  readonly outside: Outside;
  readonly telemetry = new CountingTelemetry();

  private constructor(
    private readonly context: INestApplicationContext,
    outside: Outside,
    telemetry: CountingTelemetry,
  ) {
    this.outside = outside;
    this.telemetry = telemetry;
  }

  static async start(databaseUrl: string, outside = new Outside()): Promise<ApplicationUnderTest> {
    const telemetry = new CountingTelemetry();
    const module: DynamicModule = {
      module: class Root {},
      imports: [
        SurroundingsModule.with(outside, telemetry),
        StorageModule.forRoot({ databaseUrl }),
        ApplicationModule,
        RunnerModule.forRoot({
          testClock: true,
          httpAllowPrivate: false,
          httpMaxResponseBytes: 1024,
          handlerModules: [],
          historyDays: null,
          auditDays: null,
          circuits: {
            isAutomatic: false,
            windowMs: 30_000,
            leastCalls: 10,
            failureShare: 0.5,
            firstProbeMs: 5_000,
            longestProbeMs: 60_000,
          },
        }),
      ],
    };
    const context = await NestFactory.createApplicationContext(module, { logger: ['fatal'] });
    await context.get(RunnerLifecycle, { strict: false }).start(true);
    return new ApplicationUnderTest(context, outside, telemetry);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.context.get<T>(type, { strict: false });
  }

  ask<D extends object>(request: RequestClass<D>, data: D, caller: Caller = callerOf()): Promise<Answer> {
    return this.get(CommandBus).execute(new request(data, caller));
  }

  async stop(): Promise<void> {
    await this.context.get(RunnerLifecycle, { strict: false }).drain(1_000);
    await this.context.close();
  }
}

/** Who asks in tests: everything is allowed unless it is said otherwise. */
export function callerOf(changes: Partial<Caller> = {}): Caller {
  return {
    tenantId: 'acme',
    actor: { type: 'user', id: 'olga' },
    permissions: new Set(['*']),
    correlationId: 'correlation-1',
    idempotencyKey: null,
    ...changes,
  };
}
