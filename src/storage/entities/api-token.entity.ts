import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** An API token; only the hash of its secret is kept. */
@Entity('api_token')
export class ApiTokenEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' })
  readonly id!: number;

  @Column({ type: 'text' })
  readonly name!: string;

  @Column({ type: 'text' })
  readonly hash!: string;

  @Column({ type: 'text', array: true })
  readonly tenants!: readonly string[];

  @Column({ type: 'text', array: true })
  readonly roles!: readonly string[];

  @Column({ type: 'text', array: true })
  readonly permissions!: readonly string[];

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  readonly createdAt!: Date;

  @Column({ type: 'text', name: 'created_by' })
  readonly createdBy!: string;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  readonly expiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  readonly revokedAt!: Date | null;
}
