import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MIGRATIONS } from '../../migrations/index.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { prepareDatabase } from '../../src/storage/prepare-database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('migrations', () => {
  test('a prepared database is left as it is, by several processes at once', async () => {
    const sentences: string[] = [];

    await Promise.all([1, 2, 3].map(() => prepareDatabase(database.url, (sentence) => sentences.push(sentence))));

    expect(sentences).toEqual([]);
  });

  test('the schema can be taken down and built again', async () => {
    const sentences: string[] = [];
    const dataSource = await createDataSource(database.url, 0).initialize();
    for (let i = 0; i < MIGRATIONS.length; i++) await dataSource.undoLastMigration();
    const left: unknown = await dataSource.query(
      `SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p', 'S') AND relname NOT LIKE 'schema_migration%'`,
    );
    await dataSource.destroy();

    await Promise.all([1, 2].map(() => prepareDatabase(database.url, (sentence) => sentences.push(sentence))));

    expect(left).toEqual([]);
    expect(sentences).toEqual(MIGRATIONS.map(({ name }) => `The database has migrated: ${name}.`));
  });

  test('a database that does not exist is said at once, with advice', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';

    await expect(prepareDatabase(url.href, () => undefined)).rejects.toThrow(/refuses us: .*Check DATABASE_URL/);
  });
});
