import { describe, expect, it } from '@jest/globals';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { ENTITIES } from '../../src/storage/entities/index.js';
import { openPeopleDatabase } from './people-database.js';

const database = openPeopleDatabase();

interface Column {
  readonly type: string;
  readonly isArray: boolean;
  readonly isNullable: boolean;
  readonly isKey: boolean;
  readonly isGenerated: boolean;
  readonly default: string | null;
}

type Tables = Record<string, Record<string, Column>>;

const COLUMNS = `
  SELECT class.relname AS table, attribute.attname AS column, format_type(coalesce(nullif(type.typelem, 0), type.oid), NULL) AS type,
    type.typcategory = 'A' AS "isArray", NOT attribute.attnotnull AS "isNullable", attribute.attidentity <> '' AS "isGenerated",
    attribute.attnum = ANY (key.conkey) AS "isKey", pg_get_expr(given.adbin, given.adrelid) AS default
  FROM pg_class AS class
  JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
  JOIN pg_type AS type ON type.oid = attribute.atttypid
  JOIN pg_constraint AS key ON key.conrelid = class.oid AND key.contype = 'p'
  LEFT JOIN pg_attrdef AS given ON given.adrelid = class.oid AND given.adnum = attribute.attnum
  WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p') AND NOT class.relispartition
    AND class.relname <> 'schema_migration'`;

async function migratedTables(): Promise<Tables> {
  const rows = await database.dataSource.query<({ table: string; column: string } & Column)[]>(COLUMNS);
  const tables: Tables = {};
  for (const { table, column, ...rest } of rows) (tables[table] ??= {})[column] = rest;
  return tables;
}

function declaredColumn(column: ColumnMetadata): Column {
  const given: unknown = typeof column.default === 'function' ? (column.default as () => unknown)() : column.default;
  return {
    type: database.dataSource.driver.normalizeType(column),
    isArray: column.isArray,
    isNullable: column.isNullable,
    isKey: column.isPrimary,
    isGenerated: column.isGenerated,
    default: typeof given === 'string' ? given : null,
  };
}

function declaredTables(): Tables {
  return Object.fromEntries(
    database.dataSource.entityMetadatas.map((entity) => [
      entity.tableName,
      Object.fromEntries(entity.columns.map((column) => [column.databaseName, declaredColumn(column)])),
    ]),
  );
}

describe('the entities', () => {
  it('have the tables and columns that the migrations make, with their types, keys and defaults', async () => {
    expect(declaredTables()).toEqual(await migratedTables());
  });

  it('can each be read', async () => {
    for (const entity of ENTITIES) expect(await database.dataSource.manager.find(entity)).toEqual([]);
  });
});
