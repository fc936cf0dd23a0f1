import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A start event with a timer, and when it fires next. */
@Entity('start_timer')
export class StartTimerEntity {
  @PrimaryColumn({ type: 'bigint', name: 'definition_id' })
  readonly definitionId!: number;

  @PrimaryColumn({ type: 'text', name: 'start_event_id' })
  readonly startEventId!: string;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'timestamptz', name: 'due_at' })
  readonly dueAt!: Date;

  @Column({ type: 'integer', nullable: true })
  readonly remaining!: number | null;

  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true })
  readonly claimedUntil!: Date | null;

  @Column({ type: 'integer', name: 'claimed_by', nullable: true })
  readonly claimedBy!: number | null;
}
