import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A place where an instance waits for a message. */
@Entity('message_subscription')
export class MessageSubscriptionEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text', name: 'instance_guid' })
  readonly instanceGuid!: string;

  @Column({ type: 'text', name: 'node_id' })
  readonly nodeId!: string;

  @Column({ type: 'text', name: 'message_name' })
  readonly messageName!: string;

  @Column({ type: 'text', name: 'correlation_key' })
  readonly correlationKey!: string;
}
