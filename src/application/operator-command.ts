import { Injectable } from '@nestjs/common';
import { done, instanceNotFound, refused, type Answer } from '../contract/answer.js';
import { isActivity, openElements, type Command, type StepResult } from '../engine/index.js';
import { Wakeups } from './ports/attempts.js';
import { Clock } from './ports/clock.js';
import { InstanceStore } from './ports/instance-store.js';
import { AuditStore } from './ports/stores.js';
import { typeName } from './instance-view.js';
import { BranchRest } from './session/branch-rest.js';
import { EngineSession } from './session/engine-session.js';
import type { SessionResult } from './session/queued-command.js';
import type { LiveInstance } from './session/live-instance.js';
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
      describe(instance, result, origin),
    );
  }
}

function describe(instance: LiveInstance, result: StepResult, origin: CommandOrigin): Record<string, unknown> {
  if (result.kind === 'rejected') {
    const nothing = { willExecute: [], willWaitFor: [], willCancel: [], willCompensate: [], changes: [] };
    return {
      dryRun: true,
      allowed: false,
      reason: result.message,
      ...nothing,
      statusAfter: instance.state.status,
      ...result.data,
    };
  }
  const task = (nodeId: string): Record<string, unknown> => {
    const node = instance.definition.nodesById.get(nodeId);
    return { taskId: nodeId, taskName: node?.name ?? nodeId, taskType: node ? typeName(node) : null };
  };
  const waitedBefore = new Set(openElements(instance.state).map((element) => element.id));
  const waits = openElements(result.state).filter((element) => element.status === 'waiting' && !waitedBefore.has(element.id));
  return {
    dryRun: true,
    allowed: true,
    reason: null,
    willExecute: result.effects.flatMap((effect) =>
      effect.type === 'execute-attempt' || effect.type === 'open-job' ? [task(effect.nodeId)] : [],
    ),
    willWaitFor: waits.map((element) => task(element.nodeId)),
    willCancel: result.effects.flatMap((effect) => {
      const node =
        effect.type === 'record-activity' && effect.status === 'terminated'
          ? instance.definition.nodesById.get(effect.nodeId)
          : undefined;
      return node && isActivity(node) ? [task(node.id)] : [];
    }),
    willCompensate: [],
    changes: origin.changes ?? result.report.changes,
    statusAfter: result.state.status,
  };
}
