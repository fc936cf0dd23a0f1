import { afterAll, beforeAll } from '@jest/globals';
import type pg from 'pg';
import { HotPool } from '../../src/storage/connection/hot-pool.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** A database of the test file's own, and the engine's pool on it. */
export interface HotDatabase {
  readonly pool: HotPool;
  readonly url: string;
  /** Rows of a plain statement. */
  rows(statement: string): Promise<pg.QueryResultRow[]>;
}

/** Opens it before the tests of the file, drops it after them. */
export function openHotDatabase(): HotDatabase {
  let database: TestDatabase | undefined;
  let pool: HotPool | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new HotPool(database.url);
  });
  afterAll(async () => {
    await pool?.close();
    await database?.drop();
  });
  return {
    get pool() {
      if (!pool) throw new Error('Expected the database to be used within a test');
      return pool;
    },
    get url() {
      if (!database) throw new Error('Expected the database to be used within a test');
      return database.url;
    },
    async rows(statement) {
      return (await this.pool.query({ name: '', text: statement }, [])).rows;
    },
  };
}
