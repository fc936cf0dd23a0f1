import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a tenant's audit chain ends. */
@Entity('audit_chain_head')
export class AuditChainHeadEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'bigint', name: 'seal_no' })
  readonly sealNo!: number;

  @Column({ type: 'bytea' })
  readonly hash!: Buffer;

  @Column({ type: 'bigint', name: 'last_xact_id' })
  readonly lastXactId!: number;

  @Column({ type: 'bigint', name: 'last_entry_id' })
  readonly lastEntryId!: number;
}
