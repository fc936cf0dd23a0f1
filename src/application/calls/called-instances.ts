import { Injectable } from '@nestjs/common';
import {
  childGuid,
  childVariables,
  openElements,
  type ElementInstance,
  type EndedChild,
  type RunState,
} from '../../engine/index.js';
import { systemCaller } from '../caller.js';
import { DefinitionCache } from '../definition-cache.js';
import { DefinitionCatalog } from '../definition-catalog.js';
import { InstanceStarter } from '../instance-starter.js';
import { CallStore, type DueCall } from '../ports/calls.js';
import { Clock } from '../ports/clock.js';
import { InstanceStore, StepConflict, type CallKey, type StoredInstance } from '../ports/instance-store.js';
import { originOf } from '../requests/origin-of.js';
import { EngineSession } from '../session/engine-session.js';
import type { CommandOrigin } from '../session/origin.js';
import type { SessionResult } from '../session/queued-command.js';

/** Instances below each other. A model that calls itself without end stops here. */
const DEPTH = 32;
/** Looks for open children of a visit that is over: its runs follow each other, and each look may meet the next one. */
const LOOKS = 20;

/** What instances bring about at each other: a child begins, is cancelled, or tells its caller that it has ended. */
@Injectable()
export class CalledInstances {
  constructor(
    private readonly session: EngineSession,
    private readonly store: InstanceStore,
    private readonly calls: CallStore,
    private readonly catalog: DefinitionCatalog,
    private readonly definitions: DefinitionCache,
    private readonly starter: InstanceStarter,
    private readonly clock: Clock,
  ) {}

  /**
   * Acts on a row. Done twice, it has one effect.
   * @returns the id of the instance that went on by it; null: nobody waits for it any more
   * @throws StorageUnavailable when the database is away
   */
  async act(call: DueCall): Promise<number | null> {
    if (call.kind === 'cancel') return this.cancel(call);
    const [stored] = await this.store.loadById([call.instanceId]);
    if (!stored) return null;
    return call.kind === 'ended' ? this.tell(stored) : this.start(call, stored);
  }

  private async start({ processKey, run, elementInstanceId }: DueCall, parent: StoredInstance): Promise<number | null> {
    const call = openElements(parent.state).find(({ id, status }) => id === elementInstanceId && status === 'calling');
    if (!call || processKey === null || run === null || call.run !== run) return null;
    const key = { instanceId: parent.header.id, elementInstanceId, run };
    try {
      const refused = await this.tryToStart(processKey, key, parent, call);
      if (refused === null || typeof refused === 'number') return refused;
      const guid = childGuid(parent.header.guid, elementInstanceId, run);
      const ended = { elementInstanceId, run, childGuid: guid, outcome: 'not-started', variables: null, error: refused } as const;
      return idOf(await this.session.apply(parent.header, { type: 'end-child', ended }, { consumedCall: key }));
    } catch (error) {
      // The row has gone: the call was given up, or another server, which we were too slow for, has acted on it.
      if (error instanceof StepConflict) return null;
      throw error;
    }
  }

  /** The id of the child; null: it was given up meanwhile, or is there; else why it cannot begin. */
  private async tryToStart(
    processKey: string,
    key: CallKey,
    { header, state }: StoredInstance,
    call: ElementInstance,
  ): Promise<number | null | NonNullable<EndedChild['error']>> {
    const depth = (header.calledBy?.depth ?? 0) + 1;
    if (depth > DEPTH)
      return {
        code: 'CALLS_TOO_DEEP',
        message: `Expected processes to call each other at most ${DEPTH} deep, but '${processKey}' would be deeper.`,
      };
    const definition = await this.catalog.byProcessKey(header.tenantId, processKey);
    if (!definition)
      return {
        code: 'CALLED_PROCESS_NOT_FOUND',
        message: `Expected an active process definition with key '${processKey}', but there is none. Deploy it and retry.`,
      };
    const { id: definitionId, version } = definition;
    const { guid: instanceGuid } = header;
    const model = await this.definitions.get(header.definitionId, header.definitionVersion);
    const called = {
      instanceId: header.id,
      instanceGuid,
      elementInstanceId: call.id,
      nodeId: call.nodeId,
      definitionId: header.definitionId,
      definitionVersion: header.definitionVersion,
      depth,
    };
    const detail = { definitionId, version, parentInstanceGuid: instanceGuid, taskId: call.nodeId };
    const again = key.run === 1 ? {} : { run: this.laterRun(instanceGuid, key) };
    const result = await this.starter.start({
      definition,
      version,
      guid: childGuid(instanceGuid, call.id, key.run),
      variables: childVariables(model, state, call),
      executionMode: 'Unsupervised',
      businessKey: header.businessKey,
      contextTypeId: header.contextTypeId,
      contextId: header.contextId,
      startEventId: null,
      origin: this.originOf(header.tenantId, 'StartProcessInstance', undefined, detail),
      call: { calledBy: called, key, ...again },
    });
    if (result.kind !== 'rejected') return idOf(result);
    const { rejected, instance } = result;
    if (rejected.code !== 'ALREADY_STARTED') return { code: rejected.code, message: rejected.message };
    if (instance.header.calledBy?.instanceId === header.id) return null;
    return { code: 'GUID_TAKEN', message: `Expected no process instance '${instance.header.guid}', but there is one.` };
  }

  /** A person has asked for another run of a call that failed: the policy counts anew. */
  private laterRun(parentGuid: string, { elementInstanceId, run }: CallKey): RunState {
    return {
      number: run,
      firstGuid: childGuid(parentGuid, elementInstanceId, 1),
      previousGuid: childGuid(parentGuid, elementInstanceId, run - 1),
      countedFrom: run - 1,
      since: this.clock.now(),
      delayMs: 0,
      reason: 'the call activity was retried',
      startEventId: null,
      inHands: false,
    };
  }

  private async tell({ header, state }: StoredInstance): Promise<number | null> {
    const { calledBy, guid, tenantId } = header;
    if (calledBy === null || state.endedAt === null) return null;
    const { ending, status, variables } = state;
    const outcome = ending ? 'failed' : status === 'completed' ? 'completed' : 'cancelled';
    const ended = {
      elementInstanceId: calledBy.elementInstanceId,
      run: state.run?.number ?? 1,
      childGuid: guid,
      outcome,
      variables: outcome === 'completed' ? variables : null,
      error: ending && { code: ending.code, message: ending.message },
    } as const;
    const caller = { tenantId, guid: calledBy.instanceGuid };
    return idOf(await this.session.apply(caller, { type: 'end-child', ended }));
  }

  /** Until none is open: the next run of one may begin in the moment in which it is cancelled. */
  private async cancel({ instanceId, elementInstanceId, tenantId }: DueCall): Promise<number | null> {
    const comment = 'The call activity that waited for it has ended.';
    const command = { type: 'cancel-process-instance', mode: 'graceful', expectedVersion: null } as const;
    for (let look = 0; look < LOOKS; look++) {
      const open = await this.calls.openChildrenOf(instanceId, elementInstanceId);
      if (open.length === 0) return null;
      const origin = this.originOf(tenantId, 'CancelProcessInstance', comment, { mode: command.mode });
      await Promise.all(open.map((child) => this.session.apply(child, command, { origin })));
    }
    throw new Error(`Expected the children of element instance ${elementInstanceId} to end, but others follow`);
  }

  private originOf(
    tenantId: string,
    action: string,
    comment: string | undefined,
    detail: Record<string, unknown>,
  ): CommandOrigin {
    return originOf(systemCaller(tenantId, 'call'), action, this.clock.now(), { comment, detail });
  }
}

function idOf(result: SessionResult): number | null {
  return result.kind === 'done' ? result.instance.header.id : null;
}
