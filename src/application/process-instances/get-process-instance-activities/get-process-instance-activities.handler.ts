import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, instanceNotFound, type Answer } from '../../../contract/answer.js';
import { openElements, ROOT_SCOPE, type ElementInstance } from '../../../engine/index.js';
import { instant, nameOf } from '../../instance-view.js';
import { InstanceReader, type EndedActivity } from '../../ports/readers.js';
import { invalidField } from '../../requests/invalid-request.js';
import { EngineSession } from '../../session/engine-session.js';
import type { LiveInstance } from '../../session/live-instance.js';
import { GetProcessInstanceActivitiesQuery } from './get-process-instance-activities.command.js';

const PAGE_SIZE = 100;

/** Ended visits are rows, open ones are in the state; together they are every visit in the order of entering. */
@CommandHandler(GetProcessInstanceActivitiesQuery)
export class GetProcessInstanceActivitiesHandler implements ICommandHandler<GetProcessInstanceActivitiesQuery, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly reader: InstanceReader,
  ) {}

  async execute({ data, caller }: GetProcessInstanceActivitiesQuery): Promise<Answer> {
    const after = data.cursor === undefined ? 0 : Number(data.cursor);
    if (!Number.isSafeInteger(after) || after < 0)
      throw invalidField('cursor', 'cursor', 'cursor must be one that an earlier answer gave');
    const instance = await this.session.read({ tenantId: caller.tenantId, guid: data.instanceGuid });
    if (!instance) return instanceNotFound(data.instanceGuid);

    const size = data.pageSize ?? PAGE_SIZE;
    const { header, state } = instance;
    const ended = await this.reader.endedActivities({ id: header.id, startedAt: state.startedAt }, after, size + 1);
    const known = new Set(ended.map((activity) => activity.sequence));
    const open = openElements(state).filter((element) => element.id > after && !known.has(element.id));
    const all = [
      ...ended.map((activity) => endedView(instance, activity)),
      ...open.map((element) => openView(instance, element)),
    ];
    all.sort((a, b) => a.sequence - b.sequence);
    const items = all.slice(0, size);
    const last = items[items.length - 1];
    return done('Process activities retrieved successfully', {
      items,
      nextCursor: all.length > size && last ? String(last.sequence) : null,
    });
  }
}

function endedView(instance: LiveInstance, activity: EndedActivity): { sequence: number } & Record<string, unknown> {
  return {
    sequence: activity.sequence,
    elementInstanceId: activity.sequence,
    elementId: activity.elementId,
    elementName: nameOf(instance, activity.elementId),
    elementType: activity.elementType,
    status: activity.status,
    scopeElementInstanceId: activity.scopeElementInstanceId,
    takenFlowIds: activity.takenFlowIds,
    attempts: activity.attempts,
    startedAt: activity.startedAt.toISOString(),
    endedAt: activity.endedAt.toISOString(),
  };
}

function openView(instance: LiveInstance, element: ElementInstance): { sequence: number } & Record<string, unknown> {
  return {
    sequence: element.id,
    elementInstanceId: element.id,
    elementId: element.nodeId,
    elementName: nameOf(instance, element.nodeId),
    elementType: instance.definition.nodesById.get(element.nodeId)?.type ?? null,
    status: element.status === 'failed' ? 'failed' : 'active',
    scopeElementInstanceId: element.scopeId === ROOT_SCOPE ? null : element.scopeId,
    takenFlowIds: [],
    attempts: element.attempt,
    startedAt: instant(element.startedAt),
    endedAt: null,
  };
}
