import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { InvariantReader, type InvariantFinding } from '../../application/ports/doctor.js';
import { ROW_CHECKS, type RowCheck } from '../sql/invariant-checks.js';
import { queryRows } from './people-query.js';

/** Rows that break a rule are counted up to here. */
const MOST = 1_000;
const EXAMPLES = 5;
/** Between this process's clock and the database's, in ms: more makes times in answers and in the trail contradict each other. */
const MOST_SKEW_MS = 1_000;

/** The checks on the pool of people's queries, one after the other: they must not take the database from its work. */
@Injectable()
export class PgInvariantReader extends InvariantReader {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async check(tenantId: string | null): Promise<InvariantFinding[]> {
    const findings: InvariantFinding[] = [];
    for (const each of ROW_CHECKS) findings.push(await this.rowCheck(each, tenantId));
    return [...findings, await this.clock(), await this.schema()];
  }

  private async rowCheck({ check, rule, text }: RowCheck, tenantId: string | null): Promise<InvariantFinding> {
    const rows = await queryRows<{ example: string }>(this.dataSource, `${text} LIMIT ${MOST}`, [tenantId]);
    const examples = rows.slice(0, EXAMPLES).map(({ example }) => example);
    return { check, rule, ok: rows.length === 0, found: rows.length, expected: 0, examples };
  }

  /** The round trip is no skew: the database has read its clock somewhere within it. */
  private async clock(): Promise<InvariantFinding> {
    const asked = Date.now();
    const [clock] = await queryRows<{ now: number }>(
      this.dataSource,
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
      [],
    );
    const now = clock?.now ?? 0;
    const found = now < asked ? now - asked : Math.max(0, now - Date.now());
    return {
      check: 'clock-skew',
      rule: `The clocks of this server and of the database differ by less than ${MOST_SKEW_MS} ms.`,
      ok: Math.abs(found) < MOST_SKEW_MS,
      found,
      expected: 0,
      examples: [],
    };
  }

  /** What this program knows, and what was done on the database; one that others have migrated further is told, too. */
  private async schema(): Promise<InvariantFinding> {
    const known = this.dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
    const rows = await queryRows<{ name: string }>(this.dataSource, 'SELECT name FROM schema_migration ORDER BY id', []);
    const applied = rows.map(({ name }) => name);
    const examples = [
      ...known.filter((name) => !applied.includes(name)).map((name) => `${name} is missing`),
      ...applied.filter((name) => !known.includes(name)).map((name) => `${name} is of another version of the program`),
    ];
    return {
      check: 'schema',
      rule: 'The schema of the database is the one that this server knows.',
      ok: examples.length === 0,
      found: applied.length,
      expected: known.length,
      examples,
    };
  }
}
