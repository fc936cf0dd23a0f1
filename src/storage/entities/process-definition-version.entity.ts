import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One deployed model of a definition. Never changes. */
@Entity('process_definition_version')
export class ProcessDefinitionVersionEntity {
  @PrimaryColumn({ type: 'bigint', name: 'definition_id' })
  readonly definitionId!: number;

  @PrimaryColumn({ type: 'integer' })
  readonly version!: number;

  @Column({ type: 'text', name: 'process_key' })
  readonly processKey!: string;

  @Column({ type: 'text', name: 'bpmn_xml' })
  readonly bpmnXml!: string;

  @Column({ type: 'text' })
  readonly sha256!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  readonly createdAt!: Date;

  @Column({ type: 'text', name: 'created_by' })
  readonly createdBy!: string;
}
