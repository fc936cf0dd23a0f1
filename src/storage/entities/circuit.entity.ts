import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What attempts depend on, and how it does. */
@Entity('circuit')
export class CircuitEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'text' })
  readonly circuit!: string;

  @Column({ type: 'text' })
  readonly state!: string;

  @Column({ type: 'json' })
  readonly status!: unknown;

  @Column({ type: 'timestamptz', name: 'changed_at' })
  readonly changedAt!: Date;

  @Column({ type: 'integer', name: 'kept_by', nullable: true })
  readonly keptBy!: number | null;

  @Column({ type: 'timestamptz', name: 'kept_until', nullable: true })
  readonly keptUntil!: Date | null;
}
