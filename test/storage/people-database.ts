import { afterAll, beforeAll } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/storage/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A database of the test file's own, reached as people's queries reach it; opened before the tests, dropped after them. */
export function openPeopleDatabase(): { readonly dataSource: DataSource; readonly url: string } {
  let opened: { database: TestDatabase; dataSource: DataSource } | undefined;
  const use = () => {
    if (!opened) throw new Error('Expected the database to be used within a test');
    return opened;
  };
  beforeAll(async () => {
    const database = await createTestDatabase();
    opened = { database, dataSource: await createDataSource(database.url).initialize() };
  });
  afterAll(async () => {
    await opened?.dataSource.destroy();
    await opened?.database.drop();
  });
  return {
    get dataSource() {
      return use().dataSource;
    },
    get url() {
      return use().database.url;
    },
  };
}
