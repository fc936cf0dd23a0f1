import pg from 'pg';
import { numberParsers } from './number-parsers.js';
import { translateError } from './storage-error.js';

/** A parameter that cannot fail to be sent: anything else could break a batch in its middle. */
export type Parameter = string | number | boolean | Buffer | null;

/** A named statement: prepared once on each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface BoundStatement extends Statement {
  readonly values: readonly Parameter[];
}

/** Statements of the hot path name their rows by key. The plans are made once, while tables may be empty, so they must not depend on sizes. */
const PLANNING = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** A statement of the hot path takes milliseconds; after this its connection is taken for dead. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * The few connections on which the engine works. A pool of its own beside the one of TypeORM's DataSource (which serves
 * people's queries): pipelining, planner settings and the missing statement time-out would hit TypeORM's queries too, and a
 * listing must never take the connection that a commit waits for.
 */
export class HotPool {
  private readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      max: CONNECTIONS,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idleTimeoutMillis: 0,
      application_name: 'reprise',
      options: PLANNING.map((setting) => `-c ${setting}`).join(' '),
      types: numberParsers,
    });
    // A lost connection is reported by the statement that meets it; as an unheard event it would end the process.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** One statement in its own transaction. */
  async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly Parameter[]): Promise<pg.QueryResult<Row>> {
    try {
      return await this.pool.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
    } catch (error) {
      throw translateError(error);
    }
  }

  /**
   * All statements in one transaction, sent with BEGIN and COMMIT in one write; one alone is a transaction by itself. The
   * first one that fails fails all; the COMMIT behind it is then a ROLLBACK, which leaves the connection clean.
   */
  async transaction(statements: readonly BoundStatement[]): Promise<pg.QueryResult[]> {
    const [only] = statements;
    if (only && statements.length === 1) return [await this.query(only, only.values)];
    const client = await this.connect();
    const { stream } = client.connection;
    stream.cork();
    const answers: Promise<pg.QueryResult>[] = [client.query('BEGIN')];
    for (const { name, text, values } of statements) answers.push(client.query({ name, text, values: values as Parameter[] }));
    answers.push(client.query('COMMIT'));
    stream.uncork();
    const settled = await Promise.allSettled(answers);
    const results: pg.QueryResult[] = [];
    for (const answer of settled) {
      if (answer.status === 'rejected') {
        client.release(client.getTransactionStatus() !== 'I' || !(answer.reason instanceof pg.DatabaseError));
        throw translateError(answer.reason);
      }
      results.push(answer.value);
    }
    client.release();
    if (results.at(-1)?.command !== 'COMMIT') throw new Error('Expected COMMIT to commit, but the transaction was rolled back');
    return results.slice(1, -1);
  }

  /** Work that must see answers before it goes on; committed when `work` resolves. */
  async interactive<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
      throw translateError(error);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw translateError(error);
    }
  }
}
