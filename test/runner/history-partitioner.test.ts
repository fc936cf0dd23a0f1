import { afterEach, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { HistoryPartitioner } from '../../src/runner/history-partitioner.js';
import { SystemClock } from '../../src/runner/system-clock.js';
import { PgHistoryPartitions } from '../../src/storage/stores/history-partitions.js';
import { openPeopleDatabase } from '../storage/people-database.js';

const database = openPeopleDatabase();

class KeptLog extends ConsoleLogger {
  readonly warnings: string[] = [];
  override log(): void {}
  override warn(message: string): void {
    this.warnings.push(message);
  }
}

afterEach(() => Logger.overrideLogger(['log', 'warn', 'error', 'fatal']));

it('says that making weeks takes too long, or that others hold locks, each for what it is; and serves all the same', async () => {
  const log = new KeptLog();
  Logger.overrideLogger(log);
  const partitioner = new HistoryPartitioner(new PgHistoryPartitions(database.dataSource), new SystemClock(false));
  await database.dataSource.query(`
    CREATE FUNCTION slow_down() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); END $$;
    CREATE EVENT TRIGGER slow_down ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION slow_down()`);

  await partitioner.start(false);
  await database.dataSource.query('DROP EVENT TRIGGER slow_down');
  const holder = database.dataSource.createQueryRunner();
  await holder.startTransaction();
  await holder.query('LOCK TABLE activity_default, variable_write_default, audit_entry_default IN ROW EXCLUSIVE MODE');
  const second = new HistoryPartitioner(new PgHistoryPartitions(database.dataSource), new SystemClock(false));
  await second.start(false);
  await holder.rollbackTransaction();
  await holder.release();

  const week = String.raw`(activity|variable_write|audit_entry)_\d{4}w\d{2}`;
  expect(log.warnings).toEqual([
    expect.stringMatching(new RegExp(`^Partitions of history take too long to make, .*: (${week}(, )?){15}\\.$`)),
    expect.stringMatching(
      new RegExp(`^Partitions of history cannot be made now, as others hold locks.*: (${week}(, )?){15}\\.$`),
    ),
  ]);
});
