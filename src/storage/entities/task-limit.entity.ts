import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How much of a kind of work a tenant may do at once, and how fast; with the bucket of the rate. */
@Entity('task_limit')
export class TaskLimitEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'text' })
  readonly key!: string;

  @Column({ type: 'integer', name: 'max_concurrent', nullable: true })
  readonly maxConcurrent!: number | null;

  @Column({ type: 'double precision', name: 'rate_per_second', nullable: true })
  readonly ratePerSecond!: number | null;

  @Column({ type: 'text', nullable: true })
  readonly comment!: string | null;

  @Column({ type: 'text', name: 'set_by' })
  readonly setBy!: string;

  @Column({ type: 'timestamptz', name: 'set_at', default: () => 'now()' })
  readonly setAt!: Date;

  @Column({ type: 'bigint', default: () => "nextval('task_limit_revision'::regclass)" })
  readonly revision!: number;

  @Column({ type: 'double precision', default: () => '1' })
  readonly tokens!: number;

  @Column({ type: 'timestamptz', name: 'refilled_at', default: () => 'clock_timestamp()' })
  readonly refilledAt!: Date;
}
