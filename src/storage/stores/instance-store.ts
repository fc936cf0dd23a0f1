import {
  InstanceStore,
  type CalledBy,
  type InstanceHeader,
  type InstanceKey,
  type RestartedFrom,
  type StepWrite,
  type StoredInstance,
} from '../../application/ports/instance-store.js';
import type { JsonObject } from '../../engine/index.js';
import { int8Array, textArray } from '../connection/binary-array.js';
import type { HotPool } from '../connection/hot-pool.js';
import { LOAD_BY_GUID, LOAD_BY_ID, READ_VERSIONS } from '../sql/load-instances.js';
import { decodeState } from './encoded-state.js';
import { IdBlocks } from './id-blocks.js';
import { bindSteps } from './step-rows.js';

interface InstanceRow {
  id: number;
  tenant_id: string;
  guid: string;
  definition_id: number;
  definition_version: number;
  process_key: string;
  business_key: string | null;
  context_type_id: number | null;
  context_id: string | null;
  called_by: CalledBy | null;
  start_variables: JsonObject | null;
  restarted_from: RestartedFrom | null;
  state: JsonObject;
  variables: JsonObject;
  scopes: Record<number, JsonObject> | null;
}

/** The commit path on PostgreSQL. */
export class PgInstanceStore extends InstanceStore {
  private readonly ids: IdBlocks;

  constructor(private readonly pool: HotPool) {
    super();
    this.ids = new IdBlocks(pool);
  }

  /** Ids are made synchronously: the first ones must be there before anybody asks. */
  open(): Promise<void> {
    return this.ids.open();
  }

  async loadByGuid(
    keys: readonly InstanceKey[],
    unreadable?: (header: InstanceHeader, error: Error) => void,
  ): Promise<StoredInstance[]> {
    const values = [textArray(keys.map((key) => key.tenantId)), textArray(keys.map((key) => key.guid))];
    const { rows } = await this.pool.query<InstanceRow>(LOAD_BY_GUID, values);
    return unreadable ? rows.flatMap((row) => readOr(row, unreadable)) : rows.map(readInstance);
  }

  async loadById(ids: readonly number[]): Promise<StoredInstance[]> {
    const { rows } = await this.pool.query<InstanceRow>(LOAD_BY_ID, [int8Array(ids)]);
    return rows.map(readInstance);
  }

  async readVersions(ids: readonly number[]): Promise<Map<number, number>> {
    const { rows } = await this.pool.query<{ id: number; version: number }>(READ_VERSIONS, [int8Array(ids)]);
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  async saveSteps(writes: readonly StepWrite[]): Promise<void> {
    if (writes.length > 0) await this.pool.transaction(bindSteps(writes));
  }

  nextId(): number {
    return this.ids.next();
  }
}

function readOr(row: InstanceRow, unreadable: (header: InstanceHeader, error: Error) => void): StoredInstance[] {
  try {
    return [readInstance(row)];
  } catch (error) {
    unreadable(readHeader(row), error instanceof Error ? error : new Error(String(error)));
    return [];
  }
}

function readInstance(row: InstanceRow): StoredInstance {
  return { header: readHeader(row), state: decodeState(row.state, row.variables, row.scopes) };
}

function readHeader(row: InstanceRow): InstanceHeader {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    guid: row.guid,
    definitionId: row.definition_id,
    definitionVersion: row.definition_version,
    processKey: row.process_key,
    businessKey: row.business_key,
    contextTypeId: row.context_type_id,
    contextId: row.context_id,
    calledBy: row.called_by,
    startVariables: row.start_variables,
    restartedFrom: row.restarted_from,
  };
}
