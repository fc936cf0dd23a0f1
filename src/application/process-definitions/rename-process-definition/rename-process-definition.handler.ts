import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { DefinitionStore, DuplicateName, type DefinitionRecord } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { originOf } from '../../requests/origin-of.js';
import { DefinitionChanges } from '../definition-changes.js';
import { RenameProcessDefinitionCommand } from './rename-process-definition.command.js';

@CommandHandler(RenameProcessDefinitionCommand)
export class RenameProcessDefinitionHandler implements ICommandHandler<RenameProcessDefinitionCommand, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly changes: DefinitionChanges,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: RenameProcessDefinitionCommand): Promise<Answer> {
    const id = wholeNumber('id', data.id);
    const origin = originOf(caller, 'RenameProcessDefinition', this.clock.now(), {
      comment: data.comment,
      detail: { definitionId: id },
    });
    const before = await this.definitions.findById(caller.tenantId, id);
    if (!before) return this.changes.notFound(origin, id);
    const newName = data.newName.trim();
    if (newName === '') return this.changes.blankName(origin);
    try {
      const audit = (updated: DefinitionRecord): AuditEntry =>
        this.changes.audit.entry(origin, 'succeeded', {
          processKey: updated.processKey,
          changes: [{ path: '/name', before: before.name, after: updated.name }],
        });
      const columns = { name: newName };
      const after = await this.definitions.update(caller.tenantId, id, columns, caller.actor.id, audit, claimOf(caller));
      if (!after) return await this.changes.notFound(origin, id);
      this.changes.changed();
      const { version } = after;
      return done('Process definition renamed successfully', {
        id,
        oldName: before.name,
        newName: after.name,
        version,
        versionUnchanged: true,
      });
    } catch (error) {
      if (!(error instanceof DuplicateName)) throw error;
      return this.changes.duplicateName(origin, newName, error.existingId);
    }
  }
}
