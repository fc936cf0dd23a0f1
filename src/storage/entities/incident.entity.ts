import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A failure that needed a decision; open until it is resolved. */
@Entity('incident')
export class IncidentEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer' })
  readonly version!: number;

  @PrimaryColumn({ type: 'integer', name: 'effect_index' })
  readonly effectIndex!: number;

  @Column({ type: 'integer', name: 'element_instance_id' })
  readonly elementInstanceId!: number;

  @Column({ type: 'text', name: 'element_id' })
  readonly elementId!: string;

  @Column({ type: 'text' })
  readonly code!: string;

  @Column({ type: 'text' })
  readonly message!: string;

  @Column({ type: 'text' })
  readonly kind!: string;

  @Column({ type: 'integer' })
  readonly attempt!: number;

  @Column({ type: 'json', nullable: true })
  readonly details!: unknown;

  @Column({ type: 'text', name: 'error_class', nullable: true })
  readonly errorClass!: string | null;

  @Column({ type: 'text', name: 'parked_for', nullable: true })
  readonly parkedFor!: string | null;

  /** Of the circuit that it is parked for; null where it is not parked. */
  @Column({ type: 'text', name: 'parked_tenant_id', nullable: true })
  readonly parkedTenantId!: string | null;

  /** Of its group. */
  @Column({ type: 'text', nullable: true })
  readonly fingerprint!: string | null;

  @Column({ type: 'integer', name: 'definition_version', nullable: true })
  readonly definitionVersion!: number | null;

  @Column({ type: 'text', name: 'decision_action' })
  readonly decisionAction!: string;

  @Column({ type: 'text', name: 'decision_reason' })
  readonly decisionReason!: string;

  @Column({ type: 'timestamptz', name: 'opened_at' })
  readonly openedAt!: Date;

  @Column({ type: 'timestamptz', name: 'resolved_at', nullable: true })
  readonly resolvedAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  readonly resolution!: string | null;
}
