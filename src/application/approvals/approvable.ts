import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Answer } from '../../contract/answer.js';
import type { JsonObject } from '../../engine/index.js';
import { requirePermission } from '../access/missing-permission.js';
import type { Caller } from '../caller.js';
import { findRequest, type RegisteredRequest } from '../requests/api-request.js';
import { invalidField } from '../requests/invalid-request.js';
import { readAs } from '../requests/validate-fields.js';

interface Approvable {
  /** Where it takes its reason. */
  readonly field: 'comment' | 'reason';
  /** What shows beforehand what it would do; without it, its own dry run. */
  readonly preview?: string;
}

/** Commands that a second person can agree to. */
const APPROVABLE: Readonly<Record<string, Approvable>> = {
  RetryFailedTaskCommand: { field: 'comment' },
  SkipFailedTaskCommand: { field: 'comment' },
  CancelProcessInstanceCommand: { field: 'reason' },
  StartBatchCommand: { field: 'reason', preview: 'PreviewBatchQuery' },
};

/** Executes the commands that approvals are about, in the name of whoever asks or agrees. */
@Injectable()
export class ApprovableCommands {
  constructor(private readonly bus: CommandBus) {}

  /** The command of this name, which the caller may do. @throws InvalidRequest, MissingPermission */
  of(name: string, caller: Caller): RegisteredRequest {
    const spec = findRequest(name);
    if (!spec || !Object.hasOwn(APPROVABLE, spec.name))
      throw invalidField('cmd', 'choice', `cmd must be one of ${Object.keys(APPROVABLE).join(', ')}, but is '${name}'`);
    requirePermission(caller, spec.permission);
    return spec;
  }

  /** What the command would do if it were agreed to. @throws InvalidRequest for data that the command refuses */
  preview(spec: RegisteredRequest, data: JsonObject, caller: Caller, approvalId: number): Promise<Answer> {
    const preview = APPROVABLE[spec.name]?.preview;
    const asked = { ...caller, idempotencyKey: null, approval: { approvalId, requestedBy: caller.actor.id } };
    const shown = preview === undefined ? null : findRequest(preview);
    return shown ? this.execute(shown, data, asked) : this.execute(spec, { ...data, dryRun: true }, asked);
  }

  /** @throws InvalidRequest for data that the command refuses */
  execute(spec: RegisteredRequest, data: JsonObject, caller: Caller): Promise<Answer> {
    const read = readAs(spec.data, data, 'data.data', spec.aliases);
    // The data is the command's own: `readAs` has just made it of its class.
    return this.bus.execute(new spec.requestClass(read as never, caller));
  }

  /** The data with the reason where the command takes one, unless it has one already. @throws InvalidRequest */
  withReason(spec: RegisteredRequest, data: JsonObject, reason: string): JsonObject {
    const { field } = APPROVABLE[spec.name] ?? { field: 'reason' };
    const read = readAs(spec.data, data, 'data.data', spec.aliases) as Readonly<Record<string, unknown>>;
    return read[field] === undefined ? { ...data, [field]: reason } : data;
  }
}
