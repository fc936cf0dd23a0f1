import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { InstanceStatus, JsonObject, RunState, StartProcessInstance } from '../engine/index.js';
import { InstanceStore, type CalledBy, type CallKey, type InstanceHeader, type RestartedFrom } from './ports/instance-store.js';
import type { DefinitionRecord } from './ports/readers.js';
import { EngineSession } from './session/engine-session.js';
import type { SessionResult } from './session/queued-command.js';
import type { AboutInstance, CommandOrigin } from './session/origin.js';
import type { Preview } from './session/stepped.js';

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
  /** Where it is begun again, at an activity of another instance. */
  readonly restart?: { readonly from: RestartedFrom; readonly status: InstanceStatus };
}

/** Starts instances: by command, message, timer or call. */
@Injectable()
export class InstanceStarter {
  constructor(
    private readonly session: EngineSession,
    private readonly store: InstanceStore,
  ) {}

  start(instance: NewInstance): Promise<SessionResult> {
    const { header, command } = this.startOf(instance);
    const { origin, call } = instance;
    return this.session.start(header, command, { origin, consumedCall: call?.key, alsoAbout: originalOf(instance) });
  }

  /** What the start would do; nothing is kept. */
  preview(instance: NewInstance): Promise<Preview> {
    const { header, command } = this.startOf(instance);
    return this.session.previewStart(header, command);
  }

  private startOf(instance: NewInstance): { header: InstanceHeader; command: StartProcessInstance } {
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
      restartedFrom: instance.restart?.from ?? null,
    };
    const { call, restart } = instance;
    const command: StartProcessInstance = {
      type: 'start-process-instance',
      guid,
      variables,
      executionMode,
      startEventId,
      ...(call?.run && { run: call.run }),
      ...(restart && { startAt: restart.from.activityId }),
    };
    return { header, command };
  }
}

/** The instance that it is begun again from: its trail says so, too. */
function originalOf({ definition, restart }: NewInstance): AboutInstance | undefined {
  if (!restart) return undefined;
  const { instanceGuid: guid, activityId: taskId } = restart.from;
  return { guid, processKey: definition.processKey, status: restart.status, taskId };
}
