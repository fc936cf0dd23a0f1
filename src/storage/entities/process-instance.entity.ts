import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process instance: what people look for, and its state as the engine knows it. */
@Entity('process_instance')
export class ProcessInstanceEntity {
  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly guid!: string;

  @Column({ type: 'bigint', name: 'definition_id' })
  readonly definitionId!: number;

  @Column({ type: 'integer', name: 'definition_version' })
  readonly definitionVersion!: number;

  @Column({ type: 'text', name: 'process_key' })
  readonly processKey!: string;

  @Column({ type: 'text', name: 'business_key', nullable: true })
  readonly businessKey!: string | null;

  @Column({ type: 'bigint', name: 'context_type_id', nullable: true })
  readonly contextTypeId!: number | null;

  @Column({ type: 'text', name: 'context_id', nullable: true })
  readonly contextId!: string | null;

  @Column({ type: 'text', name: 'execution_mode' })
  readonly executionMode!: string;

  @Column({ type: 'text' })
  readonly status!: string;

  @Column({ type: 'integer' })
  readonly version!: number;

  @Column({ type: 'integer', name: 'owner_node', nullable: true })
  readonly ownerNode!: number | null;

  @Column({ type: 'text', name: 'current_activity_id', nullable: true })
  readonly currentActivityId!: string | null;

  @Column({ type: 'timestamptz', name: 'started_at' })
  readonly startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  readonly updatedAt!: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  readonly endedAt!: Date | null;

  @Column({ type: 'json' })
  readonly state!: unknown;

  @Column({ type: 'json' })
  readonly variables!: unknown;

  @Column({ type: 'bigint', name: 'parent_instance_id', nullable: true })
  readonly parentInstanceId!: number | null;

  @Column({ type: 'json', name: 'called_by', nullable: true })
  readonly calledBy!: unknown;

  @Column({ type: 'json', name: 'start_variables', nullable: true })
  readonly startVariables!: unknown;

  @Column({ type: 'boolean', name: 'has_history', default: () => 'false' })
  readonly hasHistory!: boolean;

  @Column({ type: 'bigint', name: 'restarted_from_id', nullable: true })
  readonly restartedFromId!: number | null;

  @Column({ type: 'json', name: 'restarted_from', nullable: true })
  readonly restartedFrom!: unknown;
}
