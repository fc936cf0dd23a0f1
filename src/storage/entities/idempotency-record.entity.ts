import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A claimed idempotency key, with the answer once it is there. */
@Entity('idempotency_record')
export class IdempotencyRecordEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'text' })
  readonly key!: string;

  @Column({ type: 'text', name: 'request_hash' })
  readonly requestHash!: string;

  @Column({ type: 'uuid' })
  readonly claim!: string;

  /** When the claim was made or last renewed. */
  @Column({ type: 'timestamptz', name: 'claimed_at', default: () => 'clock_timestamp()' })
  readonly claimedAt!: Date;

  @Column({ type: 'timestamptz', name: 'applied_at', nullable: true })
  readonly appliedAt!: Date | null;

  @Column({ type: 'text', name: 'instance_guid', nullable: true })
  readonly instanceGuid!: string | null;

  @Column({ type: 'integer', name: 'http_status', nullable: true })
  readonly httpStatus!: number | null;

  @Column({ type: 'text', nullable: true })
  readonly body!: string | null;
}
