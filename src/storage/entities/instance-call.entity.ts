import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an instance has to bring about at another. */
@Entity('instance_call')
export class InstanceCallEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly kind!: string;

  @Column({ type: 'text', name: 'process_key', nullable: true })
  readonly processKey!: string | null;

  @Column({ type: 'integer', nullable: true })
  readonly run!: number | null;

  @Column({ type: 'timestamptz', name: 'queued_at' })
  readonly queuedAt!: Date;

  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true })
  readonly claimedUntil!: Date | null;

  @Column({ type: 'integer', name: 'claimed_by', nullable: true })
  readonly claimedBy!: number | null;
}
