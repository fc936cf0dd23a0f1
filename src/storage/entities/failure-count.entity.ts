import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What one connection has counted of a group in an hour; the sum over all rows is what is. */
@Entity('failure_count')
export class FailureCountEntity {
  @PrimaryColumn({ type: 'text' })
  readonly fingerprint!: string;

  @PrimaryColumn({ type: 'integer', name: 'definition_version' })
  readonly definitionVersion!: number;

  @PrimaryColumn({ type: 'timestamptz' })
  readonly hour!: Date;

  /** The server process of the connection; 0 for what has been folded. */
  @PrimaryColumn({ type: 'integer' })
  readonly writer!: number;

  @Column({ type: 'bigint' })
  readonly opened!: number;

  @Column({ type: 'bigint' })
  readonly settled!: number;

  @Column({ type: 'timestamptz', name: 'last_opened_at', nullable: true })
  readonly lastOpenedAt!: Date | null;
}
