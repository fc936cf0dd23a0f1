import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A published message that nobody has consumed yet. */
@Entity('message_buffer')
export class MessageBufferEntity {
  @PrimaryColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @Column({ type: 'text' })
  readonly name!: string;

  @Column({ type: 'text', name: 'correlation_key' })
  readonly correlationKey!: string;

  @Column({ type: 'json' })
  readonly variables!: unknown;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  readonly expiresAt!: Date;
}
