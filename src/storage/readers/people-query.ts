import { QueryFailedError, TypeORMError, type DataSource, type EntityManager } from 'typeorm';
import { translateError } from '../connection/storage-error.js';

/**
 * One statement on the pool of people's queries.
 * @throws StorageUnavailable where the database is away or the statement took too long
 */
export async function queryRows<Row>(
  source: DataSource | EntityManager,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  return translated(source.query<Row[]>(text, [...parameters]));
}

/** The work's outcome, with errors of the database as the application knows them (see `translateError`). */
export async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw fromDriver(error) ? translateError(error instanceof QueryFailedError ? error.driverError : error) : error;
  }
}

/** Everything else that a driver throws is a lost or refused connection; bugs and refusals of our own are neither. */
function fromDriver(error: unknown): boolean {
  if (error instanceof QueryFailedError) return true;
  if (!(error instanceof Error) || error instanceof TypeORMError) return false;
  return error.constructor === Error || error.constructor === AggregateError;
}
