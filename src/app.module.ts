import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from './api/api.module.js';
import { PrometheusTelemetry } from './api/observability/prometheus-telemetry.js';
import { ApplicationModule } from './application/application.module.js';
import { ContextTypes } from './application/ports/context-types.js';
import { Telemetry } from './application/ports/telemetry.js';
import type { Config } from './config.js';
import { RunnerModule } from './runner/runner.module.js';
import { StorageModule } from './storage/storage.module.js';

/** What everybody counts with. */
@Global()
@Module({
  providers: [PrometheusTelemetry, { provide: Telemetry, useExisting: PrometheusTelemetry }],
  exports: [PrometheusTelemetry, Telemetry],
})
class TelemetryModule {}

/** What the configuration names. */
@Global()
@Module({})
class NamesModule {
  static forRoot({ contextTypes }: Config): DynamicModule {
    const names: ContextTypes = { nameOf: (id) => contextTypes.get(id) };
    return { module: NamesModule, providers: [{ provide: ContextTypes, useValue: names }], exports: [ContextTypes] };
  }
}

/** The whole server: which implementation stands behind which port. */
@Module({})
export class AppModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TelemetryModule,
        NamesModule.forRoot(config),
        StorageModule.forRoot({ databaseUrl }),
        ApplicationModule,
        RunnerModule.forRoot(config),
        ApiModule.forRoot(config),
      ],
    };
  }
}
