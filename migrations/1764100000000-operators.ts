import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BATCHES } from './sql/batches.js';
import { ESCALATIONS } from './sql/escalations.js';
import { FAILURE_GROUPS } from './sql/failure-groups.js';
import { OPERATOR_POLICIES } from './sql/operator-policies.js';
import { AUDIT } from './sql/audit.js';
import { HISTORY, WITHOUT_HISTORY } from './sql/history.js';
import { WEBHOOKS } from './sql/webhooks.js';

/** Statements that do and undo what one part of the product needs. */
interface Part {
  readonly up: string;
  readonly down: string;
}

const PARTS: readonly Part[] = [
  FAILURE_GROUPS,
  BATCHES,
  OPERATOR_POLICIES,
  AUDIT,
  { up: HISTORY, down: WITHOUT_HISTORY },
  WEBHOOKS,
  ESCALATIONS,
];

/** What operators of many instances need: failure groups, batches, policies, webhooks, history. */
export class Operators1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { up } of PARTS) await queryRunner.query(up);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { down } of [...PARTS].reverse()) await queryRunner.query(down);
  }
}
