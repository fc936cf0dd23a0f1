import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An entry of the audit trail. Append-only. */
@Entity('audit_entry')
export class AuditEntryEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'timestamptz' })
  readonly at!: Date;

  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'text', name: 'actor_type' })
  readonly actorType!: string;

  @Column({ type: 'text', name: 'actor_id' })
  readonly actorId!: string;

  @Column({ type: 'text', name: 'actor_claimed', nullable: true })
  readonly actorClaimed!: string | null;

  @Column({ type: 'text' })
  readonly action!: string;

  @Column({ type: 'text' })
  readonly outcome!: string;

  @Column({ type: 'text', name: 'instance_guid', nullable: true })
  readonly instanceGuid!: string | null;

  @Column({ type: 'text', name: 'process_key', nullable: true })
  readonly processKey!: string | null;

  @Column({ type: 'text', name: 'task_id', nullable: true })
  readonly taskId!: string | null;

  @Column({ type: 'integer', nullable: true })
  readonly attempt!: number | null;

  @Column({ type: 'text', nullable: true })
  readonly comment!: string | null;

  @Column({ type: 'json' })
  readonly changes!: unknown;

  @Column({ type: 'text', name: 'status_before', nullable: true })
  readonly statusBefore!: string | null;

  @Column({ type: 'text', name: 'status_after', nullable: true })
  readonly statusAfter!: string | null;

  @Column({ type: 'double precision', name: 'duration_ms', nullable: true })
  readonly durationMs!: number | null;

  @Column({ type: 'text', name: 'correlation_id', nullable: true })
  readonly correlationId!: string | null;

  @Column({ type: 'text', name: 'idempotency_key', nullable: true })
  readonly idempotencyKey!: string | null;

  @Column({ type: 'json', nullable: true })
  readonly detail!: unknown;

  @Column({ type: 'bytea' })
  readonly digest!: Buffer;

  @Column({ type: 'bigint', name: 'xact_id', default: () => '((pg_current_xact_id())::text)::bigint' })
  readonly xactId!: number;
}
