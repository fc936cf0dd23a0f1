import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a job that a worker has holds of a limit. */
@Entity('job_permit')
export class JobPermitEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly key!: string;

  @Column({ type: 'timestamptz', name: 'granted_at', default: () => 'clock_timestamp()' })
  readonly grantedAt!: Date;
}
