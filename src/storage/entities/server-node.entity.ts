import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A server process and its heartbeat. */
@Entity('server_node')
export class ServerNodeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'int', generatedIdentity: 'BY DEFAULT' })
  readonly node!: number;

  @Column({ type: 'text' })
  readonly host!: string;

  @Column({ type: 'integer' })
  readonly pid!: number;

  @Column({ type: 'timestamptz', name: 'started_at', default: () => 'clock_timestamp()' })
  readonly startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'heartbeat_at', default: () => 'clock_timestamp()' })
  readonly heartbeatAt!: Date;

  @Column({ type: 'timestamptz', name: 'dead_at', nullable: true })
  readonly deadAt!: Date | null;
}
