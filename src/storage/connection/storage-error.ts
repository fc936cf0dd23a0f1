import pg from 'pg';
import { StepConflict, StorageUnavailable } from '../../application/ports/instance-store.js';

/** Our own SQLSTATE: a statement met another number of rows than it must (`expect_rows` in the migration). */
const UNEXPECTED_ROWS = 'RP001';

/** Unique keys that only a concurrent writer can have taken first. */
const RACED_KEYS = new Set(['process_instance_pkey', 'process_instance_guid_key']);

/**
 * What the application is told of a failed statement: `StepConflict` where another writer was first, `StorageUnavailable`
 * where the database is away, shuts down, is full or refuses to write; any other error as it is.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof StepConflict || error instanceof StorageUnavailable) return error;
  if (!(error instanceof pg.DatabaseError)) return unavailable(error);
  const code = error.code ?? '';
  if (code === UNEXPECTED_ROWS || code === '40001' || code === '40P01') return new StepConflict(error.message, { cause: error });
  if (code === '23505' && RACED_KEYS.has(error.constraint ?? '')) return new StepConflict(error.message, { cause: error });
  return meansUnavailable(code) ? unavailable(error) : error;
}

/** Connection exceptions, insufficient resources, shutdown, cancelled by a time-out, read-only standby, refused login, no or a closed database. */
function meansUnavailable(code: string): boolean {
  if (['25006', '28000', '28P01', '3D000', '55000', '55P03'].includes(code)) return true;
  return code.startsWith('08') || code.startsWith('53') || code.startsWith('57');
}

function unavailable(error: unknown): StorageUnavailable {
  const message = error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
  return new StorageUnavailable(`The database cannot be used now: ${message}`, { cause: error });
}

/** The SQLSTATE that the database answered with, whether the error was translated or not; '' where it did not answer. */
export function sqlStateOf(error: unknown): string {
  const met = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return met instanceof pg.DatabaseError ? (met.code ?? '') : '';
}
