import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CALLS, WITHOUT_CALLS } from './sql/calls.js';
import { CIRCUITS } from './sql/circuits.js';
import { LIMITS, WITHOUT_LIMITS } from './sql/limits.js';
import { RECOVERY } from './sql/recovery.js';

/** Retry policies, circuits, jobs for workers, calls between processes, and limits. */
export class Recovery1764050000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statements of [RECOVERY, CIRCUITS, CALLS, LIMITS]) await queryRunner.query(statements);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statements of [WITHOUT_LIMITS, WITHOUT_CALLS]) await queryRunner.query(statements);
    await queryRunner.query(`
      DROP TABLE job, circuit;
      DROP INDEX timer_job_held, timer_job_due_at, timer_job_retry, timer_job_tenant;
      ALTER TABLE timer_job DROP COLUMN tenant_id, DROP COLUMN circuit, DROP COLUMN held, DROP COLUMN probe;
      CREATE INDEX timer_job_due_at ON timer_job (due_at);
      DROP INDEX incident_parked;
      ALTER TABLE incident DROP COLUMN error_class, DROP COLUMN parked_for, DROP COLUMN parked_tenant_id;
      ALTER TABLE task_attempt DROP COLUMN error_class, DROP COLUMN decision_action, DROP COLUMN decision_reason, DROP COLUMN worker`);
  }
}
