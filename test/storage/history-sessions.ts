import type { DataSource, QueryRunner } from 'typeorm';

/** The partitions of a table by name, with their bounds. */
export async function partitionsOf(dataSource: DataSource, table: string): Promise<Record<string, string>> {
  const rows = await dataSource.query<{ name: string; bound: string }[]>(
    `SELECT relname AS name, pg_get_expr(relpartbound, oid) AS bound FROM pg_class
     WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::regclass)`,
    [table],
  );
  return Object.fromEntries(rows.map(({ name, bound }) => [name, bound]));
}

/** A visit that ended then; the partition in which it is. */
export async function insertVisit(source: DataSource | QueryRunner, instanceId: number, endedAt: string): Promise<string> {
  const [row] = (await source.query(
    `INSERT INTO activity VALUES ($1, 1, 'Task', 'serviceTask', 'completed', NULL, '[]', 1, 1, 0, $2, $2) RETURNING tableoid::regclass::text AS name`,
    [instanceId, endedAt],
  )) as { name: string }[];
  return row?.name ?? '';
}

/** Runs `work` while another session is in a transaction. */
export async function besides<T>(
  dataSource: DataSource,
  begin: (session: QueryRunner) => Promise<unknown>,
  work: (session: QueryRunner) => Promise<T>,
): Promise<T> {
  const session = dataSource.createQueryRunner();
  await session.startTransaction();
  try {
    await begin(session);
    return await work(session);
  } finally {
    if (session.isTransactionActive) await session.rollbackTransaction();
    await session.release();
  }
}

/** Resolves while some session of this database waits for a lock; watched by the server itself, as no one waits for long. */
export const LOCK_AWAITED = `DO $$ BEGIN
  WHILE NOT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
  LOOP PERFORM pg_sleep(0.001); END LOOP; END $$`;

/** In ms, with what came of it. */
export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begun = performance.now();
  return [await work(), performance.now() - begun];
}
