import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { JsonObject, RunState } from '../engine/index.js';
import { InstanceStore, type CalledBy, type CallKey } from './ports/instance-store.js';
import type { DefinitionRecord } from './ports/readers.js';
import { EngineSession } from './session/engine-session.js';
import type { SessionResult } from './session/queued-command.js';
import type { CommandOrigin } from './session/origin.js';

/** All that a new instance begins with. */
export interface NewInstance {
  readonly definition: Pick<DefinitionRecord, 'id' | 'tenantId' | 'processKey'>;
  readonly version: number;
  /** Null: made here. */
  readonly guid: string | null;
  readonly variables: JsonObject;
  readonly executionMode: 'Unsupervised' | 'Supervised';
  readonly businessKey: string | null;
  readonly contextTypeId: number | null;
  readonly contextId: string | null;
  /** Null: the none start event. */
  readonly startEventId: string | null;
  readonly origin: CommandOrigin;
  /** Of a child: who waits for it, the row that the start uses up, and which run it is. */
  readonly call?: { readonly calledBy: CalledBy; readonly key: CallKey; readonly run?: RunState };
}

/** Starts instances: by command, message, timer or call. */
@Injectable()
export class InstanceStarter {
  constructor(
    private readonly session: EngineSession,
    private readonly store: InstanceStore,
  ) {}

  start(instance: NewInstance): Promise<SessionResult> {
    const guid = instance.guid ?? randomUUID();
    const { definition, executionMode, variables, startEventId } = instance;
    const header = {
      id: this.store.nextId(),
      tenantId: definition.tenantId,
      guid,
      definitionId: definition.id,
      definitionVersion: instance.version,
      processKey: definition.processKey,
      businessKey: instance.businessKey,
      contextTypeId: instance.contextTypeId,
      contextId: instance.contextId,
      calledBy: instance.call?.calledBy ?? null,
      startVariables: null,
      restartedFrom: null,
    };
    const { call, origin } = instance;
    const run = call?.run ? { run: call.run } : {};
    const command = { type: 'start-process-instance', guid, variables, executionMode, startEventId, ...run } as const;
    return this.session.start(header, command, { origin, consumedCall: call?.key });
  }
}
