import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A command that waits for a second person, or has. */
@Entity('approval')
export class ApprovalEntity {
  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly command!: string;

  @Column({ type: 'json' })
  readonly data!: unknown;

  @Column({ type: 'text', name: 'instance_guid', nullable: true })
  readonly instanceGuid!: string | null;

  @Column({ type: 'text' })
  readonly reason!: string;

  @Column({ type: 'json', name: 'dry_run' })
  readonly dryRun!: unknown;

  @Column({ type: 'text' })
  readonly status!: string;

  @Column({ type: 'text', name: 'requested_by' })
  readonly requestedBy!: string;

  @Column({ type: 'timestamptz', name: 'requested_at' })
  readonly requestedAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  readonly expiresAt!: Date;

  @Column({ type: 'text', name: 'decided_by', nullable: true })
  readonly decidedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'decided_at', nullable: true })
  readonly decidedAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  readonly comment!: string | null;

  @Column({ type: 'json', nullable: true })
  readonly answer!: unknown;
}
