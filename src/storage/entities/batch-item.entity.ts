import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One item of a batch, and what became of it. */
@Entity('batch_item')
export class BatchItemEntity {
  @PrimaryColumn({ type: 'bigint', name: 'batch_id' })
  readonly batchId!: number;

  @PrimaryColumn({ type: 'integer', name: 'item_no' })
  readonly itemNo!: number;

  @Column({ type: 'bigint', name: 'instance_id', nullable: true })
  readonly instanceId!: number | null;

  @Column({ type: 'text', name: 'instance_guid' })
  readonly instanceGuid!: string;

  @Column({ type: 'integer', name: 'element_instance_id', nullable: true })
  readonly elementInstanceId!: number | null;

  @Column({ type: 'integer', nullable: true })
  readonly attempt!: number | null;

  @Column({ type: 'text', name: 'task_id', nullable: true })
  readonly taskId!: string | null;

  @Column({ type: 'text', name: 'status_before', nullable: true })
  readonly statusBefore!: string | null;

  @Column({ type: 'text', default: () => "'pending'::text" })
  readonly state!: string;

  @Column({ type: 'text', name: 'status_after', nullable: true })
  readonly statusAfter!: string | null;

  @Column({ type: 'text', name: 'error_code', nullable: true })
  readonly errorCode!: string | null;

  @Column({ type: 'text', name: 'error_message', nullable: true })
  readonly errorMessage!: string | null;

  @Column({ type: 'text', nullable: true })
  readonly reason!: string | null;

  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  readonly startedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  readonly endedAt!: Date | null;
}
