import { Injectable } from '@nestjs/common';
import { done, instanceNotFound, refused, type Answer } from '../contract/answer.js';
import type { Command } from '../engine/index.js';
import { describeDryRun } from './dry-run.js';
import { Wakeups } from './ports/attempts.js';
import { Clock } from './ports/clock.js';
import { InstanceStore } from './ports/instance-store.js';
import { AuditStore } from './ports/stores.js';
import { BranchRest } from './session/branch-rest.js';
import { EngineSession } from './session/engine-session.js';
import type { SessionResult } from './session/queued-command.js';
import { doneEntry, refusedEntry, type CommandOrigin } from './session/origin.js';

/** What operators' commands share: dry run, refusal, not found. */
@Injectable()
export class OperatorCommand {
  constructor(
    readonly session: EngineSession,
    readonly rest: BranchRest,
    private readonly audit: AuditStore,
    private readonly store: InstanceStore,
    private readonly clock: Clock,
    private readonly wakeups: Wakeups,
  ) {}

  /** Applies the command; a refusal or an unknown instance is an answer already. */
  async apply(
    instanceGuid: string,
    command: Command,
    origin: CommandOrigin,
  ): Promise<Extract<SessionResult, { kind: 'done' }> | { kind: 'answer'; answer: Answer }> {
    const result = await this.session.apply({ tenantId: origin.caller.tenantId, guid: instanceGuid }, command, { origin });
    if (result.kind === 'done') return result;
    if (result.kind === 'not-found') return { kind: 'answer', answer: instanceNotFound(instanceGuid) };
    return { kind: 'answer', answer: refused(result.rejected.message, result.rejected.data) };
  }

  /** What the command would do (CONTRACT section 11.6). Audited with `detail.dryRun: true`. */
  async dryRun(instanceGuid: string, command: Command, origin: CommandOrigin): Promise<Answer> {
    const target = { tenantId: origin.caller.tenantId, guid: instanceGuid };
    const preview = await this.session.preview(target, command);
    if (!preview) return instanceNotFound(instanceGuid);
    const { instance, result } = preview;
    const base = { id: this.store.nextId(), at: new Date(this.clock.now()).toISOString() };
    const dry = { ...origin, detail: { ...origin.detail, dryRun: true } };
    await this.audit.append([
      result.kind === 'accepted'
        ? doneEntry(base, dry, instance.header, { ...result.report, statusAfter: instance.state.status })
        : refusedEntry(base, dry, instance.header, instance.state.status, result),
    ]);
    this.wakeups.auditWritten();
    return done(
      result.kind === 'accepted' ? 'Dry run: the command would be done.' : 'Dry run: the command would be refused.',
      describeDryRun(instance, result),
    );
  }
}
