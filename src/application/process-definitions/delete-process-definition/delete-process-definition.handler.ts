import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import { claimOf, isAllowed, type Caller } from '../../caller.js';
import { DefinitionCache } from '../../definition-cache.js';
import { Clock } from '../../ports/clock.js';
import { DefinitionStore, type DefinitionRecord } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import type { CommandOrigin } from '../../session/origin.js';
import { DefinitionChanges } from '../definition-changes.js';
import { DeleteProcessDefinitionCommand } from './delete-process-definition.command.js';

/** Active instances told in a refusal, and cancelled at once. */
const INSTANCES = 100;
/** How often instances that were started in between are cancelled before the deletion gives up. */
const ROUNDS = 1_000;
const CANCEL = 'instance:cancel';

type Active = Awaited<ReturnType<DefinitionStore['activeInstances']>>;

@CommandHandler(DeleteProcessDefinitionCommand)
export class DeleteProcessDefinitionHandler implements ICommandHandler<DeleteProcessDefinitionCommand, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly changes: DefinitionChanges,
    private readonly cache: DefinitionCache,
    private readonly session: EngineSession,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: DeleteProcessDefinitionCommand): Promise<Answer> {
    const id = wholeNumber('id', data.id);
    const force = data.force ?? false;
    const origin = originOf(caller, 'DeleteProcessDefinition', this.clock.now(), {
      comment: data.comment,
      detail: { definitionId: id, force },
    });
    const definition = await this.definitions.findById(caller.tenantId, id);
    if (!definition) return this.changes.notFound(origin, id);
    if (force && !isAllowed(caller, CANCEL)) {
      const message = 'Cannot delete: cancelling the active instances (force) needs the permission to cancel instances';
      return this.changes.audit.refuse(origin, message, { requiredPermission: CANCEL }, '40');
    }
    for (let round = 0; round < ROUNDS; round++) {
      const active = await this.definitions.activeInstances(id, INSTANCES);
      if (active.total > 0 && !force) return this.refuseActive(origin, definition, active);
      await this.cancelAll(caller, definition, active);
      if (active.total > active.instances.length) continue;
      const deleted = await this.delete(origin, definition);
      if (deleted !== null) return deleted;
    }
    return this.refuseActive(origin, definition, await this.definitions.activeInstances(id, INSTANCES));
  }

  /** Null while an instance is active. */
  private async delete(
    origin: CommandOrigin,
    { id, tenantId, name, version, processKey }: DefinitionRecord,
  ): Promise<Answer | null> {
    const audit = (instances: number): AuditEntry => {
      const detail = { ...origin.detail, name, version, deletedInstances: instances };
      return this.changes.audit.entry({ ...origin, detail }, 'succeeded', { processKey });
    };
    const deletion = await this.definitions.delete(tenantId, id, audit, claimOf(origin.caller));
    if (deletion.kind === 'active-instances') return null;
    // Somebody else was first.
    if (deletion.kind === 'not-found') return this.changes.notFound(origin, id);
    this.changes.deleted(id);
    return done('Process definition deleted successfully', {
      id,
      name,
      deletedInstances: deletion.deletedInstances,
      deletedAt: new Date(this.clock.now()).toISOString(),
    });
  }

  /** Each cancellation is audited for itself; it is not what the idempotency key of the deletion stands for. */
  private async cancelAll(caller: Caller, definition: DefinitionRecord, active: Active): Promise<void> {
    const origin = originOf({ ...caller, idempotencyKey: null }, 'CancelProcessInstance', this.clock.now(), {
      comment: `Process definition '${definition.name}' is deleted`,
      detail: { definitionId: definition.id, mode: 'terminate' },
    });
    const command = { type: 'cancel-process-instance', mode: 'terminate', expectedVersion: null } as const;
    await Promise.all(
      active.instances.map(({ guid }) => this.session.apply({ tenantId: definition.tenantId, guid }, command, { origin })),
    );
  }

  private async refuseActive(origin: CommandOrigin, definition: DefinitionRecord, { total, instances }: Active): Promise<Answer> {
    const { nodesById } = await this.cache.get(definition.id, definition.version);
    const nameOf = (elementId: string | null): string | null =>
      elementId === null ? null : (nodesById.get(elementId)?.name ?? elementId);
    const data = {
      activeInstances: total,
      instanceIds: instances.map(({ guid }) => guid),
      instanceDetails: instances.map(({ guid, businessKey, status, currentActivityId, startedAt }) => ({
        instanceId: guid,
        businessKey,
        status: 'ACTIVE',
        instanceStatus: status,
        currentTask: nameOf(currentActivityId),
        startTime: startedAt.toISOString(),
      })),
      suggestion: 'Cancel or complete the active instances first, or delete with force: true, which cancels them.',
    };
    const message = `Cannot delete: Process has ${total} active instance${total === 1 ? '' : 's'}`;
    return this.changes.audit.refuse(origin, message, data, '40', { processKey: definition.processKey });
  }
}
