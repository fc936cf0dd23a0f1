import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The state of one sub-process scope of an instance. */
@Entity('instance_scope')
export class InstanceScopeEntity {
  @PrimaryColumn({ type: 'bigint', name: 'instance_id' })
  readonly instanceId!: number;

  @PrimaryColumn({ type: 'integer', name: 'scope_id' })
  readonly scopeId!: number;

  @Column({ type: 'json' })
  readonly state!: unknown;
}
