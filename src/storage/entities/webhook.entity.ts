import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An address that is told of events of its tenant. */
@Entity('webhook')
export class WebhookEntity {
  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly url!: string;

  @Column({ type: 'json' })
  readonly events!: unknown;

  @Column({ type: 'text' })
  readonly secret!: string;

  @Column({ type: 'text', nullable: true })
  readonly comment!: string | null;

  @Column({ type: 'boolean', name: 'is_active', default: () => 'true' })
  readonly isActive!: boolean;

  @Column({ type: 'bigint', name: 'position_xact_id' })
  readonly positionXactId!: number;

  @Column({ type: 'bigint', name: 'position_entry_id' })
  readonly positionEntryId!: number;

  @Column({ type: 'text', name: 'created_by' })
  readonly createdBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  readonly createdAt!: Date;
}
