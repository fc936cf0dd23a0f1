import { Injectable } from '@nestjs/common';
import { done, instanceNotFound, refused, type Answer } from '../contract/answer.js';
import type { Caller } from './caller.js';
import { instanceView } from './instance-view.js';
import { CallStore, type ChildRecord } from './ports/calls.js';
import { ContextTypes } from './ports/context-types.js';
import type { InstanceKey } from './ports/instance-store.js';
import { foreignVisits } from './session/await-rest.js';
import { FamilyRest } from './calls/family-rest.js';
import { OperatorPermits } from './operator-rules/operator-permits.js';
import { BranchRest } from './session/branch-rest.js';
import { EngineSession } from './session/engine-session.js';
import type { SessionResult } from './session/queued-command.js';
import type { LiveInstance } from './session/live-instance.js';
import { TrailReader } from './trail-reader.js';

/** Newest children shown with the state. */
const CHILDREN = 100;

/** Answers with the data of GetProcessInstanceState, after the branch has come to rest. */
@Injectable()
export class InstanceAnswer {
  constructor(
    private readonly session: EngineSession,
    private readonly rest: BranchRest,
    private readonly trails: TrailReader,
    private readonly contextTypes: ContextTypes,
    private readonly calls: CallStore,
    private readonly family: FamilyRest,
    private readonly permits: OperatorPermits,
  ) {}

  /** `message` says what was done. A refusal or an unknown instance answers for itself. */
  async of(caller: Caller, instanceGuid: string, result: SessionResult, message: string, waitMs: number): Promise<Answer> {
    if (result.kind === 'not-found') return instanceNotFound(instanceGuid);
    if (result.kind === 'rejected') return refused(result.rejected.message, result.rejected.data);
    const options = {
      elementInstanceId: null,
      foreign: foreignVisits(result.instance.state, result.begun),
      waitMs,
      graceMs: waitMs,
    };
    const askedAt = performance.now();
    const { instance } = await this.rest.of(result.instance, options);
    const leftMs = waitMs - (performance.now() - askedAt);
    return done(message, await this.view(await this.family.of(instance, options.foreign, leftMs), caller));
  }

  /** The data of an instance as it is stored now; null where there is none. */
  async now(target: InstanceKey, caller: Caller): Promise<Record<string, unknown> | null> {
    const instance = await this.session.read(target);
    return instance && this.view(instance, caller);
  }

  async view(instance: LiveInstance, caller: Caller): Promise<Record<string, unknown>> {
    const [trail, children] = await Promise.all([this.trails.trailOf(instance), this.childrenOf(instance)]);
    const view = instanceView(instance, trail, this.contextTypes, children);
    return { ...view, ...(await this.permits.failureActions(instance, caller)) };
  }

  /** Oldest first. Not asked for where the model calls nothing: every answer about an instance has them. */
  private async childrenOf({ header, definition }: LiveInstance): Promise<ChildRecord[]> {
    if (!definition.nodes.some(({ type }) => type === 'callActivity')) return [];
    return (await this.calls.childrenOf(header.id, CHILDREN)).reverse();
  }
}
