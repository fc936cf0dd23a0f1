import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What operators may do with a task, a process or all of a tenant. */
@Entity('operator_policy')
export class OperatorPolicyEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'text', name: 'process_key' })
  readonly processKey!: string;

  @PrimaryColumn({ type: 'text', name: 'task_id' })
  readonly taskId!: string;

  @Column({ type: 'json' })
  readonly rules!: unknown;

  @Column({ type: 'text', nullable: true })
  readonly comment!: string | null;

  @Column({ type: 'text', name: 'set_by' })
  readonly setBy!: string;

  @Column({ type: 'timestamptz', name: 'set_at' })
  readonly setAt!: Date;
}
