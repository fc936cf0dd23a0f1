import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { numberParsers } from './connection/number-parsers.js';
import { ENTITIES } from './entities/index.js';

/** Connections for people's queries. Few: what waits here must not take the processor from the engine's commits. */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** A query of a person that takes longer is cancelled, so that it does not hold back the vacuum of the queues. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A transaction that does nothing for so long is that of a frozen server: its rows must not stay locked. */
const IDLE_TIMEOUT_MS = 10_000;

/**
 * TypeORM's DataSource with its own pool, for people's queries and the migrations; not yet connected (`initialize`).
 * `bigint` columns of plain queries are numbers here, as they are on the hot path.
 *
 * @param statementTimeoutMs 0: none
 */
export function createDataSource(databaseUrl: string, statementTimeoutMs: number = STATEMENT_TIMEOUT_MS): DataSource {
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: ['warn'], // What fails is thrown; logging it would print people's data.
    applicationName: 'reprise-readers',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolSize: CONNECTIONS,
    poolErrorHandler: () => undefined, // Reported by the query that meets the lost connection.
    extra: {
      keepAlive: true,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
      types: numberParsers,
    },
  });
}
