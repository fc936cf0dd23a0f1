import {
  MessageStore,
  type BufferedMessage,
  type ClaimedKey,
  type DeliverableMessage,
  type MessageSubscription,
} from '../../application/ports/stores.js';
import type { JsonObject } from '../../engine/index.js';
import type { HotPool } from '../connection/hot-pool.js';
import {
  BUFFER_MESSAGE,
  DELETE_EXPIRED_MESSAGES,
  FIND_BUFFERED,
  FIND_DELIVERABLE,
  FIND_SUBSCRIPTIONS,
} from '../sql/correlate-messages.js';
import { appliedStatement } from './applied-claims.js';
import { toTimestamp } from './timestamp.js';

interface SubscriptionRow {
  instance_id: number;
  instance_guid: string;
  element_instance_id: number;
  node_id: string;
  message_name: string;
  correlation_key: string;
}

interface MessageRow {
  id: number;
  name: string;
  correlation_key: string;
  variables: JsonObject;
}

interface WaitingRow {
  tenant_id: string;
  instance_guid: string;
  element_instance_id: number;
}

/** Who waits for messages, and messages that wait for somebody. Steps write the former and consume the latter. */
export class PgMessageStore extends MessageStore {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async findSubscriptions(tenantId: string, name: string | null, correlationKey: string): Promise<MessageSubscription[]> {
    const { rows } = await this.pool.query<SubscriptionRow>(FIND_SUBSCRIPTIONS, [tenantId, name, correlationKey]);
    return rows.map((row) => ({
      instanceId: row.instance_id,
      instanceGuid: row.instance_guid,
      elementInstanceId: row.element_instance_id,
      nodeId: row.node_id,
      messageName: row.message_name,
      correlationKey: row.correlation_key,
    }));
  }

  async buffer(
    tenantId: string,
    { id, name, correlationKey, variables }: BufferedMessage,
    expiresAt: number,
    underClaim: ClaimedKey | null,
  ): Promise<void> {
    const values = [id, tenantId, name, correlationKey, JSON.stringify(variables), toTimestamp(expiresAt)];
    await this.pool.transaction([{ ...BUFFER_MESSAGE, values }, ...appliedStatement(underClaim)]);
  }

  /** Oldest by id: in the order of publication where one node published them, nearly so where several did. */
  async findBuffered(tenantId: string, name: string, correlationKey: string, now: number): Promise<BufferedMessage | null> {
    const { rows } = await this.pool.query<MessageRow>(FIND_BUFFERED, [tenantId, name, correlationKey, toTimestamp(now)]);
    const [row] = rows;
    return row ? readMessage(row) : null;
  }

  async findDeliverable(now: number, limit: number): Promise<DeliverableMessage[]> {
    const { rows } = await this.pool.query<MessageRow & WaitingRow>(FIND_DELIVERABLE, [toTimestamp(now), limit]);
    return rows.map((row) => ({
      subscription: { tenantId: row.tenant_id, instanceGuid: row.instance_guid, elementInstanceId: row.element_instance_id },
      message: readMessage(row),
    }));
  }

  async deleteExpired(now: number): Promise<number> {
    return (await this.pool.query(DELETE_EXPIRED_MESSAGES, [toTimestamp(now)])).rowCount ?? 0;
  }
}

function readMessage({ id, name, correlation_key: correlationKey, variables }: MessageRow): BufferedMessage {
  return { id, name, correlationKey, variables };
}
