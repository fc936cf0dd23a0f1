import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  InstanceHistory,
  type RecordedAttempt,
  type RecordedVisit,
  type RecordedWrite,
  type VisitsSince,
  type WritesSince,
} from '../../application/ports/instance-history.js';
import type { InstanceKey } from '../../application/ports/instance-store.js';
import type { VisitsOf } from '../../application/ports/readers.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { entryOfRow, type AuditRow } from '../audit/audit-columns.js';
import { toTimestamp } from '../stores/timestamp.js';
import * as queries from './history-queries.js';
import { queryRows } from './people-query.js';

/** Writes read at once: each holds values of up to 64 KiB. */
const WRITES_AT_ONCE = 500;

interface WriteRow extends RecordedWrite {
  readonly writeIndex: number;
}

/** What has been of an instance, from its rows. */
@Injectable()
export class PgInstanceHistory extends InstanceHistory {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async isRecorded(instanceId: number): Promise<boolean> {
    const [row] = await this.query<{ isRecorded: boolean }>(queries.IS_RECORDED, instanceId);
    return row?.isRecorded ?? false;
  }

  endedVisits(instance: VisitsOf, after: number, limit: number, elementId: string | null): Promise<RecordedVisit[]> {
    return elementId === null
      ? this.queryOf(queries.ENDED_VISITS, instance, after, limit)
      : this.queryOf(queries.ENDED_VISITS_OF, instance, after, limit, elementId);
  }

  attemptsOf(instanceId: number, elementInstanceIds: readonly number[]): Promise<RecordedAttempt[]> {
    return this.query(queries.ATTEMPTS_OF, instanceId, elementInstanceIds);
  }

  writesOf(instance: VisitsOf, elementInstanceIds: readonly number[]): Promise<RecordedWrite[]> {
    return this.queryOf(queries.WRITES_OF, instance, elementInstanceIds);
  }

  instanceWrites(instance: VisitsOf, from: number, to: number | null, limit: number): Promise<RecordedWrite[]> {
    return this.queryOf(queries.INSTANCE_WRITES, instance, from, to, limit);
  }

  async *writesSince(instance: VisitsOf, since: WritesSince, upTo: number): AsyncIterable<readonly RecordedWrite[]> {
    // Behind the last write of that version, whatever its index.
    let behind = 'version' in since ? { version: since.version, writeIndex: 2_147_483_647 } : { version: 0, writeIndex: 0 };
    const entered = 'visit' in since ? since.visit : 0;
    for (;;) {
      const { version, writeIndex } = behind;
      const position = [upTo, version, writeIndex, entered, WRITES_AT_ONCE];
      const rows = await this.queryOf<WriteRow>(queries.WRITES_BEHIND, instance, ...position);
      if (rows.length > 0) yield rows;
      const last = rows[WRITES_AT_ONCE - 1];
      if (!last) return;
      behind = last;
    }
  }

  async enteredVersions(instance: VisitsOf, elementInstanceIds: readonly number[]): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    const [first] = elementInstanceIds;
    const last = elementInstanceIds[elementInstanceIds.length - 1];
    if (first === undefined || last === undefined) return found;
    const limit = last - first + 1;
    const steps = await this.queryOf<{ entered: number; version: number }>(queries.ENTERED, instance, first, limit);
    let at = 0;
    for (const id of elementInstanceIds) {
      while (at < steps.length && (steps[at]?.entered ?? 0) < id) at++;
      const version = id === 1 ? 1 : steps[at]?.version;
      if (version !== undefined) found.set(id, version);
    }
    return found;
  }

  async versionAt(instance: VisitsOf, at: number): Promise<number> {
    const [row] = await this.queryOf<{ version: number | null }>(queries.VERSION_AT, instance, toTimestamp(at));
    return row?.version ?? 1;
  }

  async timeOf(instance: VisitsOf, version: number): Promise<number | null> {
    const [row] = await this.queryOf<{ at: Date | null }>(queries.TIME_OF, instance, version);
    return row?.at?.getTime() ?? null;
  }

  async enteredBy(instance: VisitsOf, version: number): Promise<number> {
    const [row] = await this.queryOf<{ entered: number | null }>(queries.ENTERED_BY, instance, version);
    return row?.entered ?? 1;
  }

  async trailAt(instance: VisitsOf, version: number): Promise<{ completed: string[]; skipped: string[] }> {
    const ended = await this.queryOf<{ elementId: string; status: string }>(queries.TRAIL_AT, instance, version);
    const idsOf = (status: string) => ended.filter((each) => each.status === status).map(({ elementId }) => elementId);
    return { completed: idsOf('completed'), skipped: idsOf('skipped') };
  }

  endedLater(instance: VisitsOf, version: number, entered: number): Promise<RecordedVisit[]> {
    return this.queryOf(queries.ENDED_LATER, instance, version, entered);
  }

  async hadIncident(instanceId: number, version: number, at: number): Promise<boolean> {
    const [row] = await this.query<{ had: boolean }>(queries.HAD_INCIDENT, instanceId, version, toTimestamp(at));
    return row?.had ?? false;
  }

  async lastVisit(instance: VisitsOf, elementId: string): Promise<number | null> {
    const [row] = await this.queryOf<{ sequence: number | null }>(queries.LAST_VISIT, instance, elementId);
    return row?.sequence ?? null;
  }

  async commandsOn({ tenantId, guid }: InstanceKey, visits: VisitsSince): Promise<AuditEntry[]> {
    const { elementIds, elementInstanceIds, since } = visits;
    const about = [elementIds, elementInstanceIds.map(String)];
    const rows = await this.query<AuditRow>(queries.COMMANDS_ON, tenantId, guid, toTimestamp(since), ...about);
    return rows.map(entryOfRow);
  }

  async restartsOf(instanceId: number): Promise<string[]> {
    const rows = await this.query<{ guid: string }>(queries.RESTARTS_OF, instanceId);
    return rows.map(({ guid }) => guid);
  }

  private queryOf<Row>(text: string, { id, startedAt }: VisitsOf, ...parameters: unknown[]): Promise<Row[]> {
    return this.query(text, id, toTimestamp(startedAt), ...parameters);
  }

  private query<Row>(text: string, ...parameters: unknown[]): Promise<Row[]> {
    return queryRows<Row>(this.dataSource, text, parameters);
  }
}
