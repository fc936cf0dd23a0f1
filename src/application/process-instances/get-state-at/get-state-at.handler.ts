import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, instanceNotFound, refused, type Answer } from '../../../contract/answer.js';
import { openElements, type InstanceStatus } from '../../../engine/index.js';
import { instant, nameOf } from '../../instance-view.js';
import { Clock } from '../../ports/clock.js';
import { InstanceHistory } from '../../ports/instance-history.js';
import type { VisitsOf } from '../../ports/readers.js';
import { instantOf } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { refuseTogether } from '../../requests/json-text.js';
import { EngineSession } from '../../session/engine-session.js';
import type { LiveInstance } from '../../session/live-instance.js';
import { VariablesPast } from '../../variables-past.js';
import { GetStateAtQuery } from './get-state-at.command.js';
import type { GetStateAtData } from './get-state-at.dto.js';

/** The step that is asked about, and when it was (epoch ms); null: nothing that it left says when. */
interface Moment {
  readonly version: number;
  readonly at: number | null;
}

@CommandHandler(GetStateAtQuery)
export class GetStateAtHandler implements ICommandHandler<GetStateAtQuery, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly history: InstanceHistory,
    private readonly past: VariablesPast,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: GetStateAtQuery): Promise<Answer> {
    refuseTogether(data, ['version', 'at']);
    if (data.version === undefined && data.at === undefined)
      throw invalidField('version', 'required', 'Expected version or at to say which moment is meant, but neither is given');
    const instance = await this.session.read({ tenantId: caller.tenantId, guid: data.instanceGuid });
    if (!instance) return instanceNotFound(data.instanceGuid);
    const refusal = this.refuse(instance, data);
    if (refusal) return refusal;
    const moment = await this.momentOf(instance, data);
    if (moment.version < instance.state.version && !(await this.history.isRecorded(instance.header.id))) {
      const message = `Process instance '${data.instanceGuid}' began before variables were recorded: only its present state is known.`;
      return refused(message, { currentVersion: instance.state.version });
    }
    return done('Process state retrieved successfully', await this.view(instance, moment));
  }

  private refuse({ header, state }: LiveInstance, { version, at }: GetStateAtData): Answer | null {
    const current = { currentVersion: state.version, startedAt: instant(state.startedAt) };
    if (version !== undefined && version > state.version)
      return refused(`Process instance '${header.guid}' has not reached version ${version}. It is at ${state.version}.`, current);
    if (at === undefined) return null;
    const asked = instantOf(at)?.getTime() ?? NaN;
    if (asked < state.startedAt)
      return refused(`Process instance '${header.guid}' began at ${current.startedAt}, after ${at}.`, current);
    if (asked > Math.max(this.clock.now(), state.updatedAt)) return refused(`${at} has not come yet.`, current);
    return null;
  }

  private async momentOf({ header, state }: LiveInstance, { version, at }: GetStateAtData): Promise<Moment> {
    const visits = { id: header.id, startedAt: state.startedAt };
    if (at !== undefined) {
      const asked = instantOf(at)?.getTime() ?? NaN;
      if (asked >= state.updatedAt) return { version: state.version, at: state.updatedAt };
      return { version: await this.history.versionAt(visits, asked), at: asked };
    }
    if (version === undefined || version === state.version) return { version: state.version, at: state.updatedAt };
    return { version, at: version === 1 ? state.startedAt : await this.history.timeOf(visits, version) };
  }

  private async view(instance: LiveInstance, { version, at }: Moment): Promise<Record<string, unknown>> {
    const visits = { id: instance.header.id, startedAt: instance.state.startedAt };
    const [{ variables, omitted }, open, trail, status] = await Promise.all([
      this.past.before(instance, { version }),
      this.openAt(instance, visits, version),
      this.history.trailAt(visits, version),
      this.statusAt(instance, { version, at }),
    ]);
    return {
      instanceGuid: instance.header.guid,
      version,
      at: at === null ? null : instant(at),
      status,
      state: {
        variables,
        ...(omitted.length > 0 && { omittedVariables: omitted }),
        currentNode: open[0]?.elementId ?? null,
        completedTasks: trail.completed,
        skippedTasks: trail.skipped,
      },
      activeActivities: open,
      currentVersion: instance.state.version,
    };
  }

  /** Of a step in between only a failure that was open is known: others have left nothing that tells waiting from running. */
  private async statusAt({ header, state }: LiveInstance, { version, at }: Moment): Promise<InstanceStatus | null> {
    if (version === state.version) return state.status;
    return at !== null && (await this.history.hadIncident(header.id, version, at)) ? 'error' : null;
  }

  /** Visits that had been entered by then and had not ended, in order. */
  private async openAt(instance: LiveInstance, visits: VisitsOf, version: number): Promise<OpenVisit[]> {
    const still = openElements(instance.state);
    const entered = version === instance.state.version ? Infinity : await this.history.enteredBy(visits, version);
    const later = entered === Infinity ? [] : await this.history.endedLater(visits, version, entered);
    const ofState = still.map(({ id, nodeId, startedAt }) => ({ id, nodeId, startedAt: instant(startedAt) }));
    const ofRows = later.map((visit) => ({
      id: visit.sequence,
      nodeId: visit.elementId,
      startedAt: visit.startedAt.toISOString(),
    }));
    return [...ofState.filter(({ id }) => id <= entered), ...ofRows]
      .sort((a, b) => a.id - b.id)
      .map(({ id, nodeId, startedAt }) => ({
        elementInstanceId: id,
        elementId: nodeId,
        elementName: nameOf(instance, nodeId),
        startedAt,
      }));
  }
}

interface OpenVisit {
  readonly elementInstanceId: number;
  readonly elementId: string;
  readonly elementName: string;
  readonly startedAt: string;
}
