import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a tenant is told of groups of failures that nobody looks after. */
@Entity('escalation_rule')
export class EscalationRuleEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'bigint', name: 'older_than_ms' })
  readonly olderThanMs!: number;

  @Column({ type: 'integer', name: 'min_count' })
  readonly minCount!: number;

  @Column({ type: 'bigint', name: 'repeat_every_ms' })
  readonly repeatEveryMs!: number;

  @Column({ type: 'text', nullable: true })
  readonly comment!: string | null;

  @Column({ type: 'text', name: 'set_by' })
  readonly setBy!: string;

  @Column({ type: 'timestamptz', name: 'set_at' })
  readonly setAt!: Date;
}
