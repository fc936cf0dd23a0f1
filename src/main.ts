import 'reflect-metadata';
import { createApplication } from './api/create-application.js';
import { admitFirstToken, firstToken, tokenFileOf } from './api/access/bootstrap-token.js';
import { PinoLogger } from './api/observability/pino-logger.js';
import { AppModule } from './app.module.js';
import { ApiTokenStore } from './application/ports/stores.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { RunnerLifecycle } from './runner/runner-lifecycle.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './storage/embedded-postgres/index.js';
import { prepareDatabase } from './storage/prepare-database.js';

/** A server that runs. */
interface RunningServer {
  readonly url: string;
  /** No new attempt, running ones get their time, then everything is closed. */
  stop(): Promise<void>;
}

async function startServer(config: Config, logger: PinoLogger): Promise<RunningServer> {
  const log = (message: string): void => logger.log(message, 'Start');
  const embedded: EmbeddedPostgres | null =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null;
  try {
    const databaseUrl = config.databaseUrl ?? embedded?.url ?? '';
    await prepareDatabase(databaseUrl, log);
    const withCommands = config.role !== 'runner';
    const app = await createApplication(AppModule.forRoot(config, databaseUrl), {
      bodyLimitBytes: config.bodyLimitBytes,
      logger,
      withCommands,
    });
    await app.init();
    await letFirstTokenIn(config, app.get(ApiTokenStore));
    const runner = app.get(RunnerLifecycle);
    await runner.start(config.role !== 'api');
    await app.listen(config.port, config.host);
    const stop = async (): Promise<void> => {
      await runner.drain(config.drainMs);
      await app.close();
      await embedded?.stop();
    };
    return { url: await app.getUrl(), stop };
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

function stopOnSignals(server: RunningServer, logger: PinoLogger): void {
  let stopping = false;
  const onSignal = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.log(`${signal}: draining, then stopping. Once more to stop at once.`, 'Stop');
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error(error, 'Stop');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function main(): Promise<void> {
  let logger = new PinoLogger('info');
  try {
    const config = readConfig(process.env);
    logger = new PinoLogger(config.logLevel);
    const server = await startServer(config, logger);
    stopOnSignals(server, logger);
    logger.log(`Reprise listens on ${server.url} (API documentation: ${server.url}/api/docs)`, 'Start');
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else logger.fatal(error instanceof Error ? error : String(error), 'Start');
    process.exit(1);
  }
}

void main();
