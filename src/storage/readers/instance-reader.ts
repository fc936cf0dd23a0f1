import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  InstanceReader,
  type AttemptRecord,
  type EndedActivity,
  type InstanceHead,
  type InstanceListFilter,
  type InstancePage,
  type VisitsOf,
} from '../../application/ports/readers.js';
import type { InstanceStatus } from '../../engine/index.js';
import { listInstances, type PageRequest } from './instance-list.js';
import { freeText } from '../stores/stored-text.js';
import { toTimestamp } from '../stores/timestamp.js';
import { queryRows } from './people-query.js';

/** Instances and their history as people ask for them. */
@Injectable()
export class PgInstanceReader extends InstanceReader {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  list(tenantId: string, filter: InstanceListFilter, page: PageRequest): Promise<InstancePage> {
    return listInstances(this.dataSource, tenantId, filter, page);
  }

  async head(tenantId: string, guid: string): Promise<InstanceHead | null> {
    const [head] = await this.query<InstanceHead>(
      `SELECT id, guid AS "instanceGuid", status, version, current_activity_id AS "currentActivityId"
       FROM process_instance WHERE tenant_id = $1 AND guid = $2`,
      tenantId,
      freeText(guid),
    );
    return head ?? null;
  }

  /** The start as a parameter: by a subquery, every week is planned and opened, 2.1 instead of 0.3 ms with 65 of them. */
  endedActivities({ id, startedAt }: VisitsOf, after: number, limit: number): Promise<EndedActivity[]> {
    return this.query<EndedActivity>(
      `SELECT sequence, element_id AS "elementId", element_type AS "elementType", status,
         scope_element_instance_id AS "scopeElementInstanceId", taken_flow_ids AS "takenFlowIds", attempts,
         started_at AS "startedAt", ended_at AS "endedAt"
       FROM activity WHERE instance_id = $1 AND ended_at >= $2::timestamptz AND sequence > $3 ORDER BY sequence LIMIT $4`,
      id,
      toTimestamp(startedAt),
      after,
      limit,
    );
  }

  async endedTrail({ id, startedAt }: VisitsOf): Promise<{ completed: string[]; skipped: string[] }> {
    const ended = await this.query<{ element_id: string; status: EndedActivity['status'] }>(
      `SELECT element_id, status FROM activity WHERE instance_id = $1 AND ended_at >= $2::timestamptz AND status IN ('completed', 'skipped')
       ORDER BY version, effect_index`,
      id,
      toTimestamp(startedAt),
    );
    const idsOf = (status: EndedActivity['status']) =>
      ended.filter((each) => each.status === status).map((each) => each.element_id);
    return { completed: idsOf('completed'), skipped: idsOf('skipped') };
  }

  /** The newest, in the order in which they ended. */
  async attempts(instanceId: number, limit: number): Promise<AttemptRecord[]> {
    const newestFirst = await this.query<AttemptRecord>(
      `SELECT element_instance_id AS "elementInstanceId", task_id AS "taskId", attempt, outcome, error_code AS "errorCode",
         error_message AS "errorMessage", details, error_class AS "errorClass", decision_action AS decision,
         decision_reason AS "decisionReason", worker, started_at AS "startedAt", ended_at AS "endedAt"
       FROM task_attempt WHERE instance_id = $1 ORDER BY version DESC, effect_index DESC LIMIT $2`,
      instanceId,
      limit,
    );
    return newestFirst.reverse();
  }

  async countOpenIncidents(): Promise<number> {
    const [row] = await this.query<{ total: number }>('SELECT count(*) AS total FROM incident WHERE resolved_at IS NULL');
    return row?.total ?? 0;
  }

  async countByStatus(definitionId: number): Promise<Partial<Record<InstanceStatus, number>>> {
    const rows = await this.query<{ status: InstanceStatus; total: number }>(
      'SELECT status, count(*) AS total FROM process_instance WHERE definition_id = $1 GROUP BY status',
      definitionId,
    );
    return Object.fromEntries(rows.map((row) => [row.status, row.total]));
  }

  async averageDurationMs(definitionId: number): Promise<number | null> {
    const [row] = await this.query<{ average: number | null }>(
      `SELECT (extract(epoch FROM avg(ended_at - started_at)) * 1000)::float8 AS average
       FROM process_instance WHERE definition_id = $1 AND status = 'completed'`,
      definitionId,
    );
    return row?.average ?? null;
  }

  private query<Row>(text: string, ...parameters: unknown[]): Promise<Row[]> {
    return queryRows<Row>(this.dataSource, text, parameters);
  }
}
