import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A command on many instances. */
@Entity('batch')
export class BatchEntity {
  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly kind!: string;

  @Column({ type: 'json' })
  readonly parameters!: unknown;

  @Column({ type: 'json' })
  readonly selection!: unknown;

  @Column({ type: 'json' })
  readonly options!: unknown;

  @Column({ type: 'text', nullable: true })
  readonly reason!: string | null;

  @Column({ type: 'text' })
  readonly status!: string;

  @Column({ type: 'text', name: 'status_reason', nullable: true })
  readonly statusReason!: string | null;

  @Column({ type: 'text', nullable: true })
  readonly canary!: string | null;

  @Column({ type: 'json' })
  readonly caller!: unknown;

  @Column({ type: 'bigint', name: 'repeat_of', nullable: true })
  readonly repeatOf!: number | null;

  @Column({ type: 'integer' })
  readonly total!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  readonly createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  readonly endedAt!: Date | null;

  @Column({ type: 'double precision', name: 'active_ms', default: () => '0' })
  readonly activeMs!: number;

  @Column({ type: 'integer', name: 'owner_node', nullable: true })
  readonly ownerNode!: number | null;

  @Column({ type: 'timestamptz', name: 'leased_until', nullable: true })
  readonly leasedUntil!: Date | null;
}
