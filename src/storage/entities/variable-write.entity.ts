import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A change of process variables. */
@Entity('variable_write')
export class VariableWriteEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer' })
  readonly version!: number;

  @PrimaryColumn({ type: 'integer', name: 'write_index' })
  readonly writeIndex!: number;

  @Column({ type: 'integer', name: 'element_instance_id', nullable: true })
  readonly elementInstanceId!: number | null;

  @Column({ type: 'text' })
  readonly cause!: string;

  @Column({ type: 'integer' })
  readonly entered!: number;

  @Column({ type: 'json', nullable: true })
  readonly before!: unknown;

  @Column({ type: 'json', nullable: true })
  readonly after!: unknown;

  @Column({ type: 'json', nullable: true })
  readonly omitted!: unknown;

  @PrimaryColumn({ type: 'timestamptz' })
  readonly at!: Date;
}
