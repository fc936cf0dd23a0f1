import { Injectable } from '@nestjs/common';
import { refused, type Answer } from '../../contract/answer.js';
import type { Command, ElementInstance } from '../../engine/index.js';
import { isCircuitFault } from '../circuits/circuit-fault.js';
import { CircuitBreakers } from '../ports/circuits.js';
import { Clock } from '../ports/clock.js';
import { originOf } from '../requests/origin-of.js';
import type { Caller } from '../caller.js';
import { EngineSession } from '../session/engine-session.js';
import type { SessionResult } from '../session/queued-command.js';
import { JobBoard } from './job-board.js';
import { jobIdOf, readJobId, type JobVisit } from './job-id.js';
import { openVisit } from './job-view.js';

/** What is said of a job, and by whom. */
export interface JobRequest {
  readonly jobId: string;
  /** Name without suffix, for the audit trail; null: only refusals matter, and they are answered, not recorded. */
  readonly action: string | null;
  readonly caller: Caller;
  /** As the worker calls itself. */
  readonly worker?: string | undefined;
  readonly comment?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** A command about a job, done: what every answer about it begins with, and the visit where it is still open. */
export interface JobDone {
  readonly kind: 'done';
  readonly head: {
    readonly jobId: string;
    readonly instanceGuid: string;
    readonly taskId: string | null;
    readonly status: string;
  };
  readonly visit: ElementInstance | undefined;
  readonly paused: boolean;
}

/** What commands about one job have in common: whose it is, refusal, not found. */
@Injectable()
export class JobCommand {
  constructor(
    private readonly session: EngineSession,
    private readonly clock: Clock,
    private readonly breakers: CircuitBreakers,
    private readonly board: JobBoard,
  ) {}

  /**
   * Applies the command to the job's instance, in the caller's tenant only: another's job looks like none.
   * @param refusal what a refusal's answer says besides
   */
  async apply(
    request: JobRequest,
    commandOf: (visit: JobVisit) => Command,
    refusal: Readonly<Record<string, unknown>> | null = null,
  ): Promise<JobDone | { readonly kind: 'answer'; readonly answer: Answer }> {
    const visit = readJobId(request.jobId);
    const { caller, action, worker, comment } = request;
    const detail = { jobId: request.jobId, ...request.detail };
    const origin =
      action === null ? undefined : originOf(caller, action, this.clock.now(), { comment, claimedBy: worker, detail });
    const target = { tenantId: caller.tenantId, guid: visit.instanceGuid };
    const command = commandOf(visit);
    const result = await this.session.apply(target, command, { origin });
    if (result.kind === 'not-found') return { kind: 'answer', answer: refused(`Job '${request.jobId}' not found.`, refusal) };
    if (result.kind === 'done') {
      this.recordOutcome(caller.tenantId, command, result);
      const { id: instanceId } = result.instance.header;
      if (command.type === 'complete-attempt' || command.type === 'fail-attempt')
        void this.board.jobEnded(caller.tenantId, { instanceId, elementInstanceId: command.elementInstanceId });
      return doneOf(result, visit);
    }
    const { rejected, instance } = result;
    const data = {
      jobId: request.jobId,
      ...rejected.data,
      code: rejected.code,
      currentStatus: instance.state.status,
      ...refusal,
    };
    return { kind: 'answer', answer: refused(rejected.message, data) };
  }

  /** Outcomes of workers tell of their task type, as those of handlers do. */
  private recordOutcome(
    tenantId: string,
    command: Command,
    { instance, report }: Extract<SessionResult, { kind: 'done' }>,
  ): void {
    if (command.type !== 'complete-attempt' && command.type !== 'fail-attempt') return;
    const isFault = command.type === 'fail-attempt' && isCircuitFault(command);
    if (!isFault && !this.breakers.isCounting) return;
    const node = instance.definition.nodesById.get(report.taskId ?? '');
    if (node && 'work' in node) this.breakers.record(tenantId, `task:${node.work.connector}`, isFault);
  }
}

function doneOf({ instance, report }: Extract<SessionResult, { kind: 'done' }>, visit: JobVisit): JobDone {
  const { state } = instance;
  const head = {
    jobId: jobIdOf(visit),
    instanceGuid: visit.instanceGuid,
    taskId: report.taskId,
    status: state.status,
  };
  return { kind: 'done', head, visit: openVisit(instance, visit.elementInstanceId), paused: state.paused };
}
