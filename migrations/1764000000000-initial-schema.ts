import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY } from './sql/append-only.js';
import { DEFINITIONS } from './sql/definitions.js';
import { INSTANCES } from './sql/instances.js';
import { SERVER } from './sql/server.js';
import { WAITS } from './sql/waits.js';

/** The first schema. Hand-written: TypeORM knows no partitions, triggers or storage parameters. */
export class InitialSchema1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statements of [DEFINITIONS, INSTANCES, WAITS, SERVER, APPEND_ONLY]) await queryRunner.query(statements);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE process_definition, process_definition_version, definition_message_start, process_instance, instance_scope, activity,
        task_attempt, incident, timer_job, start_timer, message_subscription, message_buffer, audit_entry, audit_seal,
        audit_chain_head, api_token, idempotency_record, server_node;
      DROP SEQUENCE id_block;
      DROP FUNCTION expect_rows, json_text_at, refuse_change, protect_append_only`);
  }
}
