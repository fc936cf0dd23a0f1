import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An ended attempt of a task. */
@Entity('task_attempt')
export class TaskAttemptEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer' })
  readonly version!: number;

  @PrimaryColumn({ type: 'integer', name: 'effect_index' })
  readonly effectIndex!: number;

  @Column({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @Column({ type: 'text', name: 'task_id' })
  readonly taskId!: string;

  @Column({ type: 'integer' })
  readonly attempt!: number;

  @Column({ type: 'text' })
  readonly outcome!: string;

  @Column({ type: 'text', name: 'error_code', nullable: true })
  readonly errorCode!: string | null;

  @Column({ type: 'text', name: 'error_message', nullable: true })
  readonly errorMessage!: string | null;

  @Column({ type: 'json', nullable: true })
  readonly details!: unknown;

  @Column({ type: 'text', name: 'error_class', nullable: true })
  readonly errorClass!: string | null;

  @Column({ type: 'text', name: 'decision_action', nullable: true })
  readonly decisionAction!: string | null;

  @Column({ type: 'text', name: 'decision_reason', nullable: true })
  readonly decisionReason!: string | null;

  @Column({ type: 'text', nullable: true })
  readonly worker!: string | null;

  @Column({ type: 'timestamptz', name: 'started_at' })
  readonly startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'ended_at' })
  readonly endedAt!: Date;

  @Column({ type: 'json', nullable: true })
  readonly input!: unknown;
}
