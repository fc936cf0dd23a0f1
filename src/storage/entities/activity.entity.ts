import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An ended visit of an element. */
@Entity('activity')
export class ActivityEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer' })
  readonly sequence!: number;

  @Column({ type: 'text', name: 'element_id' })
  readonly elementId!: string;

  @Column({ type: 'text', name: 'element_type' })
  readonly elementType!: string;

  @Column({ type: 'text' })
  readonly status!: string;

  @Column({ type: 'integer', name: 'scope_element_instance_id', nullable: true })
  readonly scopeElementInstanceId!: number | null;

  @Column({ type: 'json', name: 'taken_flow_ids' })
  readonly takenFlowIds!: unknown;

  @Column({ type: 'integer' })
  readonly attempts!: number;

  @Column({ type: 'integer' })
  readonly version!: number;

  @Column({ type: 'integer', name: 'effect_index' })
  readonly effectIndex!: number;

  @Column({ type: 'timestamptz', name: 'started_at' })
  readonly startedAt!: Date;

  @PrimaryColumn({ type: 'timestamptz', name: 'ended_at' })
  readonly endedAt!: Date;

  @Column({ type: 'integer', nullable: true })
  readonly entered!: number | null;

  @Column({ type: 'json', nullable: true })
  readonly input!: unknown;
}
