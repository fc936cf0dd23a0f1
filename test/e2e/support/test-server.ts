import { fileURLToPath } from 'node:url';
import { PinoLogger } from '../../../src/api/observability/pino-logger.js';
import { readConfig } from '../../../src/config.js';
import { startServer, type RunningServer } from '../../../src/server.js';
import { createTestDatabase } from '../../support/test-database.js';
import { ApiClient } from './api-client.js';

export const ADMIN_TOKEN = 'an-admin-token-for-tests';
export const HANDLERS = fileURLToPath(new URL('../../../examples/handlers.mjs', import.meta.url));

export interface TestServer {
  readonly url: string;
  readonly databaseUrl: string;
  /** With all permissions, in tenant `default`. */
  readonly admin: ApiClient;
  readonly running: RunningServer;
  close(): Promise<void>;
}

/** The real server on a database of its own, in this process. `env` as a user would set it. */
export async function startTestServer(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    REPRISE_ADMIN_TOKEN: ADMIN_TOKEN,
    REPRISE_HTTP_ALLOW_PRIVATE: 'true',
    REPRISE_HANDLERS: HANDLERS,
    REPRISE_DRAIN_MS: '2000',
    // Services of tests fail in numbers; what holds attempts back has tests of its own.
    REPRISE_BREAKER: 'false',
    ...env,
  });
  const running = await startServer(config, new PinoLogger(env['LOG_LEVEL'] ?? 'silent'));
  return {
    url: running.url,
    databaseUrl: database.url,
    admin: new ApiClient(running.url, ADMIN_TOKEN),
    running,
    close: async () => {
      await running.stop();
      await database.drop();
    },
  };
}
