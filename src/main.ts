import 'reflect-metadata';
import { PinoLogger } from './api/observability/pino-logger.js';
import { ConfigError, readConfig } from './config.js';
import { startServer, type RunningServer } from './server.js';

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
