import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The work of an attempt that a worker may take. */
@Entity('job')
export class JobEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text', name: 'job_type' })
  readonly jobType!: string;

  @Column({ type: 'timestamptz', name: 'queued_at' })
  readonly queuedAt!: Date;

  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true })
  readonly claimedUntil!: Date | null;

  @Column({ type: 'integer', name: 'claimed_by', nullable: true })
  readonly claimedBy!: number | null;
}
