import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A timer that waits to fire. */
@Entity('timer_job')
export class TimerJobEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @PrimaryColumn({ type: 'text', name: 'timer_node_id' })
  readonly timerNodeId!: string;

  @Column({ type: 'text' })
  readonly kind!: string;

  @Column({ type: 'timestamptz', name: 'due_at' })
  readonly dueAt!: Date;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text', nullable: true })
  readonly circuit!: string | null;

  @Column({ type: 'boolean', default: () => 'false' })
  readonly held!: boolean;

  @Column({ type: 'boolean', default: () => 'false' })
  readonly probe!: boolean;

  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true })
  readonly claimedUntil!: Date | null;

  @Column({ type: 'integer', name: 'claimed_by', nullable: true })
  readonly claimedBy!: number | null;
}
