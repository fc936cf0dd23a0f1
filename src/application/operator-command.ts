import { Injectable } from '@nestjs/common';
import { done, instanceNotFound, refused, type Answer } from '../contract/answer.js';
import type { Command, StepResult } from '../engine/index.js';
import { RequestAudit } from './request-audit.js';
import { describeDryRun, describeRefusal } from './dry-run.js';
import { OperatorPermits, type RefusedPermit } from './operator-rules/operator-permits.js';
import { Wakeups } from './ports/attempts.js';
import { Clock } from './ports/clock.js';
import { InstanceStore } from './ports/instance-store.js';
import { AuditStore } from './ports/stores.js';
import { BranchRest } from './session/branch-rest.js';
import { EngineSession } from './session/engine-session.js';
import type { LiveInstance } from './session/live-instance.js';
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
    readonly permits: OperatorPermits,
    private readonly requests: RequestAudit,
  ) {}

  /** Applies the command; a refusal or an unknown instance is an answer already. */
  async apply(
    instanceGuid: string,
    command: Command,
    origin: CommandOrigin,
  ): Promise<Extract<SessionResult, { kind: 'done' }> | { kind: 'answer'; answer: Answer }> {
    const target = { tenantId: origin.caller.tenantId, guid: instanceGuid };
    const permit = await this.permits.of(command, origin.caller, origin.comment, () => this.session.read(target));
    if (permit.kind === 'refused') return { kind: 'answer', answer: await this.refuse(permit, origin) };
    const result = await this.session.apply(target, permit.command, { origin });
    if (result.kind === 'done') return result;
    if (result.kind === 'not-found') return { kind: 'answer', answer: instanceNotFound(instanceGuid) };
    return { kind: 'answer', answer: refused(result.rejected.message, result.rejected.data) };
  }

  private refuse({ refusal, instance }: RefusedPermit, origin: CommandOrigin): Promise<Answer> {
    const { header, state } = instance;
    const subject = { instanceGuid: header.guid, processKey: header.processKey };
    const { message, rule, scope: policy } = refusal;
    return this.requests.refuse(origin, message, { currentStatus: state.status, rule, policy }, '99', subject);
  }

  /** What the command would do (CONTRACT section 11.6). Audited with `detail.dryRun: true`. */
  async dryRun(instanceGuid: string, command: Command, origin: CommandOrigin): Promise<Answer> {
    const target = { tenantId: origin.caller.tenantId, guid: instanceGuid };
    const permit = await this.permits.of(command, origin.caller, origin.comment, () => this.session.read(target));
    if (permit.kind === 'refused') {
      const { refusal, instance } = permit;
      await this.refuse(permit, { ...origin, detail: { ...origin.detail, dryRun: true } });
      const { message, rule, scope: policy } = refusal;
      return done('Dry run: the command would be refused.', describeRefusal(instance, message, { rule, policy }));
    }
    const preview = await this.session.preview(target, command);
    if (!preview) return instanceNotFound(instanceGuid);
    return this.dryAnswer(preview.instance, preview.result, origin, preview.instance);
  }

  /** The answer to a dry run whose outcome is known, audited in the trail of `subject`, which stays as it is. */
  async dryAnswer(
    instance: LiveInstance,
    result: StepResult,
    origin: CommandOrigin,
    { header, state: { status } }: LiveInstance,
  ): Promise<Answer> {
    const base = { id: this.store.nextId(), at: new Date(this.clock.now()).toISOString() };
    const dry = { ...origin, detail: { ...origin.detail, dryRun: true } };
    await this.audit.append([
      result.kind === 'accepted'
        ? doneEntry(base, dry, header, { ...result.report, statusBefore: status, statusAfter: status })
        : refusedEntry(base, dry, header, status, result),
    ]);
    this.wakeups.auditWritten();
    return done(
      result.kind === 'accepted' ? 'Dry run: the command would be done.' : 'Dry run: the command would be refused.',
      describeDryRun(instance, result, origin.changes),
    );
  }
}
