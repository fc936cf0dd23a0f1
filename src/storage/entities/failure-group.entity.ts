import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Failures of one cause, and what people have said about them. */
@Entity('failure_group')
export class FailureGroupEntity {
  @PrimaryColumn({ type: 'text' })
  readonly fingerprint!: string;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'bigint', name: 'definition_id' })
  readonly definitionId!: number;

  @Column({ type: 'text', name: 'process_key' })
  readonly processKey!: string;

  @Column({ type: 'text', name: 'element_id' })
  readonly elementId!: string;

  @Column({ type: 'text' })
  readonly code!: string;

  @Column({ type: 'text', name: 'error_class' })
  readonly errorClass!: string;

  @Column({ type: 'text' })
  readonly pattern!: string;

  @Column({ type: 'timestamptz', name: 'first_seen_at' })
  readonly firstSeenAt!: Date;

  @Column({ type: 'text', default: () => "'open'::text" })
  readonly state!: string;

  @Column({ type: 'timestamptz', name: 'snoozed_until', nullable: true })
  readonly snoozedUntil!: Date | null;

  @Column({ type: 'text', nullable: true })
  readonly owner!: string | null;

  @Column({ type: 'text', nullable: true })
  readonly note!: string | null;

  @Column({ type: 'timestamptz', name: 'changed_at', nullable: true })
  readonly changedAt!: Date | null;

  @Column({ type: 'text', name: 'changed_by', nullable: true })
  readonly changedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'announced_at', nullable: true })
  readonly announcedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'escalated_at', nullable: true })
  readonly escalatedAt!: Date | null;
}
