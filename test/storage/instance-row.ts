import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { InstanceStatus, JsonObject } from '../../src/engine/index.js';

export interface InstanceFields {
  readonly id: number;
  readonly tenantId: string;
  readonly definitionId: number;
  readonly processKey: string;
  readonly businessKey: string | null;
  readonly status: InstanceStatus;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | null;
  readonly variables: JsonObject;
  /** One row in each table of history. */
  readonly history: boolean;
  /** One open incident each. */
  readonly incidents: readonly {
    readonly elementId: string;
    readonly code?: string;
    readonly message?: string;
    readonly resolved?: boolean;
  }[];
}

let lastId = 1_000_000;

/** A row as a step would leave it, without running one; answers its guid. */
export async function insertInstance(dataSource: DataSource, fields: Partial<InstanceFields> = {}): Promise<string> {
  const id = fields.id ?? ++lastId;
  const guid = randomUUID();
  const startedAt = fields.startedAt ?? '2026-01-01T00:00:00.000Z';
  await dataSource.query(
    `INSERT INTO process_instance (id, tenant_id, guid, definition_id, definition_version, process_key, business_key, execution_mode,
       status, version, current_activity_id, started_at, updated_at, ended_at, state, variables)
     VALUES ($1, $2, $3, $4, 1, $5, $6, 'Unsupervised', $7, 3, 'Task_1', $8, $9, $10, '{}', $11)`,
    [
      id,
      fields.tenantId ?? 'acme',
      guid,
      fields.definitionId ?? 1,
      fields.processKey ?? 'Loan',
      fields.businessKey ?? null,
      fields.status ?? 'running',
      startedAt,
      fields.updatedAt ?? startedAt,
      fields.endedAt ?? null,
      JSON.stringify(fields.variables ?? {}),
    ],
  );
  for (const [i, incident] of (fields.incidents ?? []).entries()) {
    await dataSource.query(
      `INSERT INTO incident VALUES ($1, 1, $2, $2, $3, $4, $5, 'error', 1, NULL, 'fail', 'no attempts left', $6, $7, NULL)`,
      [
        id,
        i,
        incident.elementId,
        incident.code ?? 'HTTP_500',
        incident.message ?? 'failed',
        startedAt,
        incident.resolved ? startedAt : null,
      ],
    );
  }
  if (fields.history) await insertHistory(dataSource, id, startedAt);
  return guid;
}

async function insertHistory(dataSource: DataSource, id: number, at: string): Promise<void> {
  const rows = [
    `INSERT INTO activity VALUES ($1, 1, 'Task_1', 'serviceTask', 'completed', NULL, '[]', 1, 1, 0, $2, $2)`,
    `INSERT INTO task_attempt VALUES ($1, 1, 0, 1, 'Task_1', 1, 'completed', NULL, NULL, NULL, $2, $2)`,
    `INSERT INTO variable_write VALUES ($1, 1, 0, 1, 'result', 1, NULL, '{"x":1}', NULL, $2)`,
    `INSERT INTO incident VALUES ($1, 9, 0, 1, 'Task_1', 'E', 'm', 'error', 1, NULL, 'fail', 'r', $2, $2, 'retried')`,
  ];
  for (const row of rows) await dataSource.query(row, [id, at]);
  await dataSource.query(`INSERT INTO instance_scope VALUES ($1, 2, '{}')`, [id]);
}
