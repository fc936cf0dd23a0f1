import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A process definition as it is now; its models are in `ProcessDefinitionVersionEntity`. */
@Entity('process_definition')
export class ProcessDefinitionEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' })
  readonly id!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly name!: string;

  @Column({ type: 'text', name: 'process_key' })
  readonly processKey!: string;

  @Column({ type: 'text' })
  readonly description!: string;

  @Column({ type: 'text' })
  readonly category!: string;

  @Column({ type: 'integer' })
  readonly version!: number;

  @Column({ type: 'boolean', name: 'is_active' })
  readonly isActive!: boolean;

  @Column({ type: 'text', array: true, name: 'trigger_events' })
  readonly triggerEvents!: readonly string[];

  @Column({ type: 'text', name: 'context_loader_type', nullable: true })
  readonly contextLoaderType!: string | null;

  @Column({ type: 'json' })
  readonly metadata!: unknown;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  readonly createdAt!: Date;

  @Column({ type: 'text', name: 'created_by' })
  readonly createdBy!: string;

  @Column({ type: 'timestamptz', name: 'updated_at', nullable: true })
  readonly updatedAt!: Date | null;

  @Column({ type: 'text', name: 'updated_by', nullable: true })
  readonly updatedBy!: string | null;
}
