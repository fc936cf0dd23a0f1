import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An event that a webhook has not received yet. */
@Entity('webhook_delivery')
export class WebhookDeliveryEntity {
  @PrimaryColumn({ type: 'bigint', name: 'webhook_id' })
  readonly webhookId!: number;

  @PrimaryColumn({ type: 'bigint', name: 'entry_id' })
  readonly entryId!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly event!: string;

  @Column({ type: 'text' })
  readonly body!: string;

  @Column({ type: 'integer', default: () => '0' })
  readonly attempt!: number;

  @Column({ type: 'text', default: () => "'pending'::text" })
  readonly state!: string;

  @Column({ type: 'timestamptz', name: 'due_at' })
  readonly dueAt!: Date;

  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true })
  readonly claimedUntil!: Date | null;

  @Column({ type: 'integer', name: 'claimed_by', nullable: true })
  readonly claimedBy!: number | null;

  @Column({ type: 'integer', name: 'last_status', nullable: true })
  readonly lastStatus!: number | null;

  @Column({ type: 'text', name: 'last_error', nullable: true })
  readonly lastError!: string | null;

  @Column({ type: 'timestamptz', name: 'last_attempt_at', nullable: true })
  readonly lastAttemptAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'queued_at' })
  readonly queuedAt!: Date;

  @Column({ type: 'timestamptz', name: 'created_at' })
  readonly createdAt!: Date;
}
