import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A start event that a message of this name starts. */
@Entity('definition_message_start')
export class DefinitionMessageStartEntity {
  @PrimaryColumn({ type: 'bigint', name: 'definition_id' })
  readonly definitionId!: number;

  @PrimaryColumn({ type: 'text', name: 'start_event_id' })
  readonly startEventId!: string;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text', name: 'message_name' })
  readonly messageName!: string;
}
