import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a node holds of a limit, and how many of its attempts wait for more. */
@Entity('limit_permit')
export class LimitPermitEntity {
  @PrimaryColumn({ type: 'text', name: 'tenant_id' })
  readonly tenantId!: string;

  @PrimaryColumn({ type: 'text' })
  readonly key!: string;

  @PrimaryColumn({ type: 'integer' })
  readonly node!: number;

  @Column({ type: 'integer' })
  readonly held!: number;

  @Column({ type: 'integer' })
  readonly waiting!: number;
}
