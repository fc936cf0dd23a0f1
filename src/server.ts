import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from './api/create-application.js';
import { loadAuditKey } from './api/access/audit-key-file.js';
import { admitFirstToken, firstToken, tokenFileOf } from './api/access/bootstrap-token.js';
import { OpenStreams } from './api/streams/open-streams.js';
import type { PinoLogger } from './api/observability/pino-logger.js';
import { AppModule } from './app.module.js';
import { ApiTokenStore } from './application/ports/stores.js';
import type { Config } from './config.js';
import { RunnerLifecycle } from './runner/runner-lifecycle.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './storage/embedded-postgres/index.js';
import { prepareDatabase } from './storage/prepare-database.js';

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** No new attempt, running ones get their time, then everything is closed. */
  stop(): Promise<void>;
}

/** A request must be there whole by then, in ms: the largest body, on a slow line. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Database, migrations, application, runner, listener: in this order; what was started is stopped when a later one fails. */
export async function startServer(
  config: Config,
  logger: PinoLogger,
  requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
): Promise<RunningServer> {
  const log = (message: string): void => logger.log(message, 'Start');
  const embedded: EmbeddedPostgres | null =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null;
  try {
    const databaseUrl = config.databaseUrl ?? embedded?.url ?? '';
    await prepareDatabase(databaseUrl, log);
    const app = await createApplication(AppModule.forRoot(config, databaseUrl, await loadAuditKey(config)), {
      bodyLimitBytes: config.bodyLimitBytes,
      logger,
      requestTimeoutMs,
    });
    await app.init();
    await letFirstTokenIn(config, app.get(ApiTokenStore));
    const runner = app.get(RunnerLifecycle);
    await runner.start(config.role !== 'api');
    await app.listen(config.port, config.host);
    const stop = async (): Promise<void> => {
      app.get(OpenStreams).close();
      await runner.drain(config.drainMs);
      await app.close();
      await embedded?.stop();
    };
    return { url: await app.getUrl(), app, stop };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function letFirstTokenIn(config: Config, store: ApiTokenStore): Promise<void> {
  const token = await firstToken(config);
  if (token === null) return;
  await admitFirstToken(store, token.secret);
  // Shown once, on the terminal and not in the log.
  if (token.isNew)
    process.stdout.write(
      `\n  Your admin token (tenant "default"), also kept in ${tokenFileOf(config.dataDir)}:\n\n    ${token.secret}\n\n`,
    );
}
