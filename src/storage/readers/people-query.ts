import { QueryFailedError, TypeORMError, type DataSource, type EntityManager } from 'typeorm';
import { translateError } from '../connection/storage-error.js';

/**
 * The rows of one statement on the pool of people's queries, or within a transaction of it.
 * @throws StorageUnavailable where the database is away or the statement took too long
 */
export function queryRows<Row>(source: DataSource | EntityManager, text: string, parameters: readonly unknown[]): Promise<Row[]> {
  return translated(source.query<Row[]>(text, [...parameters]));
}

/** The answer of one statement, its errors as the application knows them (see `translateError`). */
export async function translated<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    throw translateDriverError(error);
  }
}

/** Commits when the work resolves. What the work throws of its own is thrown as it is; errors of the database are translated. */
export async function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const own: unknown[] = [];
  try {
    return await dataSource.transaction(async (manager) => {
      try {
        return await work(manager);
      } catch (error) {
        if (!(error instanceof QueryFailedError)) own.push(error);
        throw error;
      }
    });
  } catch (error) {
    throw own.length > 0 ? own[0] : translateDriverError(error);
  }
}

/** TypeORM wraps what a statement met, but not a refused or lost connection; its other errors are ours to mend. */
function translateDriverError(error: unknown): unknown {
  if (error instanceof QueryFailedError) return translateError(error.driverError);
  return error instanceof TypeORMError ? error : translateError(error);
}
