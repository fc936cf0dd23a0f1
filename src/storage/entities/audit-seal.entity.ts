import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link of a tenant's audit chain. Append-only. */
@Entity('audit_seal')
export class AuditSealEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'bigint', name: 'seal_no' })
  readonly sealNo!: number;

  @Column({ type: 'bigint', array: true, name: 'entry_ids' })
  readonly entryIds!: readonly string[];

  @Column({ type: 'bytea' })
  readonly digests!: Buffer;

  @Column({ type: 'bigint', name: 'last_xact_id' })
  readonly lastXactId!: number;

  @Column({ type: 'bigint', name: 'last_entry_id' })
  readonly lastEntryId!: number;

  @Column({ type: 'timestamptz', name: 'sealed_at' })
  readonly sealedAt!: Date;

  @Column({ type: 'bytea', name: 'previous_hash' })
  readonly previousHash!: Buffer;

  @Column({ type: 'bytea' })
  readonly hash!: Buffer;
}
