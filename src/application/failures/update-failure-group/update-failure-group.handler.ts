import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { AuditEntry } from '../../../contract/audit-entry.js';
import { claimOf } from '../../caller.js';
import { Clock } from '../../ports/clock.js';
import { FailureGroupStore, type FailureGroupChange, type FailureGroupNotes } from '../../ports/failures.js';
import { RequestAudit } from '../../request-audit.js';
import { instantOf } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { originOf } from '../../requests/origin-of.js';
import { notesView } from '../failure-group-view.js';
import { UpdateFailureGroupCommand } from './update-failure-group.command.js';
import type { UpdateFailureGroupData } from './update-failure-group.dto.js';

@CommandHandler(UpdateFailureGroupCommand)
export class UpdateFailureGroupHandler implements ICommandHandler<UpdateFailureGroupCommand, Answer> {
  constructor(
    private readonly groups: FailureGroupStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: UpdateFailureGroupCommand): Promise<Answer> {
    const { groupId, comment } = data;
    const now = this.clock.now();
    const change = changeOf(data, now);
    const origin = originOf(caller, 'UpdateFailureGroup', now, { comment, detail: { groupId } });
    const entry = (before: FailureGroupNotes, after: FailureGroupNotes): AuditEntry =>
      this.audit.entry(origin, 'succeeded', { processKey: after.processKey, changes: changesBetween(before, after) });
    const by = caller.actor.id;
    const notes = await this.groups.change(caller.tenantId, groupId, change, by, new Date(now), entry, claimOf(caller));
    if (!notes) return this.audit.refuse(origin, `Failure group '${groupId}' not found.`, null, '99');
    this.audit.written();
    return done('Failure group updated.', { groupId, ...notesView(notes) });
  }
}

/** @throws InvalidRequest */
function changeOf({ state, snoozedUntil, owner, note }: UpdateFailureGroupData, now: number): FailureGroupChange {
  if (state === undefined && snoozedUntil === undefined && owner === undefined && note === undefined)
    throw invalidField('state', 'required', 'Expected state, owner or note, but none is given');
  if ((state === 'snoozed') !== (snoozedUntil !== undefined))
    throw invalidField('snoozedUntil', 'required', 'Expected snoozedUntil with the state snoozed, and only with it');
  const until = snoozedUntil === undefined ? null : instantOf(snoozedUntil, true);
  if (until !== null && until.getTime() <= now)
    throw invalidField('snoozedUntil', 'min', `snoozedUntil must be in the future, but is ${snoozedUntil ?? ''}`);
  return {
    ...(state !== undefined && { state, snoozedUntil: until }),
    owner: owner === '' ? null : owner,
    note: note === '' ? null : note,
  };
}

function changesBetween(before: FailureGroupNotes, after: FailureGroupNotes): AuditEntry['changes'] {
  const [was, is] = [notesView(before), notesView(after)];
  return (['state', 'snoozedUntil', 'owner', 'note'] as const)
    .filter((name) => was[name] !== is[name])
    .map((name) => ({ path: `/${name}`, before: was[name], after: is[name] }));
}
