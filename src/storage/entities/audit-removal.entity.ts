import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A signed statement of which sealed audit entries were removed. Append-only. */
@Entity('audit_removal')
export class AuditRemovalEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'json' })
  readonly statement!: unknown;
}
