import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from './api/api.module.js';
import { PrometheusTelemetry } from './api/observability/prometheus-telemetry.js';
import { ApplicationModule } from './application/application.module.js';
import { AuditSigner } from './application/ports/audit-chain.js';
import { ContextTypes } from './application/ports/context-types.js';
import { Telemetry } from './application/ports/telemetry.js';
import type { AuditKey } from './audit-proof/audit-key.js';
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

/** How to have a key where there is none. */
const KEY_ADVICE =
  'This server has no key to sign with. Set REPRISE_AUDIT_KEY_FILE to a private key of Ed25519 in PEM (openssl genpkey -algorithm ed25519).';

/** The key under which statements about the audit trail are signed. */
@Global()
@Module({})
class SignerModule {
  static with(key: AuditKey | null): DynamicModule {
    const signer: AuditSigner = { key, advice: KEY_ADVICE };
    return { module: SignerModule, providers: [{ provide: AuditSigner, useValue: signer }], exports: [AuditSigner] };
  }
}

/** The whole server: which implementation stands behind which port. */
@Module({})
export class AppModule {
  static forRoot(config: Config, databaseUrl: string, auditKey: AuditKey | null): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TelemetryModule,
        NamesModule.forRoot(config),
        SignerModule.with(auditKey),
        StorageModule.forRoot({ databaseUrl }),
        ApplicationModule,
        RunnerModule.forRoot(config),
        ApiModule.forRoot(config),
      ],
    };
  }
}
