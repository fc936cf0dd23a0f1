import type { DataSource } from 'typeorm';
import type { BatchPreview, BatchSelection, BatchTarget, ChosenItem } from '../../application/ports/batches.js';
import type { InstanceStatus } from '../../engine/index.js';
import { compileSelection } from './batch-selection.js';
import { queryRows } from './people-query.js';

/** Processes that are named one by one. */
const PROCESSES = 20;

/** Counts what a selection meets, by the very query that a batch freezes. */
export async function previewSelection(
  dataSource: DataSource,
  tenantId: string,
  selection: BatchSelection,
  target: BatchTarget,
  samples: number,
): Promise<BatchPreview> {
  const { text, order, parameters } = await compileSelection(dataSource, tenantId, selection, target);
  const counts = await queryRows<{ status: InstanceStatus | null; process_key: string | null; count: number }>(
    dataSource,
    `SELECT status, process_key, count(*) AS count FROM (${text}) AS item GROUP BY status, process_key`,
    parameters,
  );
  const first = await queryRows<ChosenItem>(
    dataSource,
    `SELECT guid AS "instanceGuid", element_instance_id AS "elementInstanceId", attempt, task_id AS "taskId", status AS "statusBefore"
     FROM (${text}${order} LIMIT $${parameters.length + 1}) AS item`,
    [...parameters, samples],
  );
  const byProcess = sumBy(counts, ({ process_key }) => process_key);
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    byStatus: sumBy(counts, ({ status }) => status).map(([status, count]) => ({ status, count })),
    byProcess: byProcess
      .flatMap(([processKey, count]) => (processKey === null ? [] : [{ processKey, count }]))
      .slice(0, PROCESSES),
    samples: first,
  };
}

/** Those with the most first. */
function sumBy<Row extends { readonly count: number }, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): [Key, number][] {
  const sums = new Map<Key, number>();
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.count);
  return [...sums].sort((a, b) => b[1] - a[1]);
}
