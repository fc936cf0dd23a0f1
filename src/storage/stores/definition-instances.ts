import type { DataSource, EntityManager } from 'typeorm';
import type { DefinitionStore } from '../../application/ports/readers.js';
import { queryRows } from '../readers/people-query.js';
import { DELETE_WITH_INSTANCES } from '../sql/delete-with-instances.js';

export type ActiveInstances = Awaited<ReturnType<DefinitionStore['activeInstances']>>;

/** Literals, so that the partial index of instances not completed serves them. */
const ACTIVE = `status IN ('running', 'waiting', 'error', 'paused')`;
/** Instances deleted by one statement, to keep each well below the time-out. */
const BATCH = 1_000;

/** Instances not ended, oldest first; by the tenant's index of them, which is small, not through all of the definition's. */
export async function activeInstancesOf(
  source: DataSource | EntityManager,
  definitionId: number,
  limit: number,
): Promise<ActiveInstances> {
  const active = `FROM process_instance WHERE definition_id = $1 AND ${ACTIVE}
    AND tenant_id = (SELECT tenant_id FROM process_definition WHERE id = $1)`;
  const [counted] = await queryRows<{ total: number }>(source, `SELECT count(*) AS total ${active}`, [definitionId]);
  const instances = await queryRows<ActiveInstances['instances'][number]>(
    source,
    `SELECT guid, business_key AS "businessKey", status, current_activity_id AS "currentActivityId", started_at AS "startedAt"
     ${active} ORDER BY started_at, id LIMIT $2`,
    [definitionId, limit],
  );
  return { total: counted?.total ?? 0, instances };
}

/** By definition; those without any instance have zeros. */
export async function countInstancesOf(
  dataSource: DataSource,
  tenantId: string,
  definitionIds: readonly number[],
): Promise<Map<number, { active: number; total: number }>> {
  const rows = await queryRows<{ id: number; active: number; total: number }>(
    dataSource,
    `SELECT definition.id,
       (SELECT count(*) FROM process_instance WHERE tenant_id = $1 AND definition_id = definition.id AND ${ACTIVE}) AS active,
       (SELECT count(*) FROM process_instance WHERE definition_id = definition.id) AS total
     FROM unnest($2::bigint[]) AS definition(id)`,
    [tenantId, definitionIds],
  );
  return new Map(rows.map(({ id, active, total }) => [id, { active, total }]));
}

/**
 * Deletes the ended instances of a definition with their history; returns how many. Goes through the index once: a plain
 * LIMIT would pass over all that is already deleted with every batch.
 */
export async function deleteEndedInstances(manager: EntityManager, definitionId: number): Promise<number> {
  let deleted = 0;
  let from = { started_at: '-infinity', id: 0 };
  for (;;) {
    const [last] = await queryRows<{ started_at: string; id: number; count: number }>(
      manager,
      `WITH gone AS (
         DELETE FROM process_instance WHERE id IN (
           SELECT id FROM process_instance
           WHERE definition_id = $1 AND status IN ('completed', 'cancelled') AND (started_at, id) > ($2::timestamptz, $3::bigint)
             AND NOT EXISTS (SELECT FROM instance_call AS call WHERE call.instance_id = process_instance.id)
           ORDER BY started_at, id LIMIT ${BATCH})
         RETURNING id, started_at),
       ${DELETE_WITH_INSTANCES}
       SELECT started_at::text AS started_at, id, count(*) OVER () AS count FROM gone ORDER BY gone.started_at DESC, id DESC LIMIT 1`,
      [definitionId, from.started_at, from.id],
    );
    if (!last) return deleted;
    deleted += last.count;
    from = last;
  }
}
