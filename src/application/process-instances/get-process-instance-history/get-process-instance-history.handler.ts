import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, instanceNotFound, type Answer } from '../../../contract/answer.js';
import { openElements } from '../../../engine/index.js';
import { InstanceHistory, type RecordedWrite } from '../../ports/instance-history.js';
import { invalidField } from '../../requests/invalid-request.js';
import { EngineSession } from '../../session/engine-session.js';
import type { LiveInstance } from '../../session/live-instance.js';
import { changeViews, visitView, type PageOfHistory, type Visit } from './history-view.js';
import { GetProcessInstanceHistoryQuery } from './get-process-instance-history.command.js';

const PAGE_SIZE = 50;
/** Changes of the instance itself, beside a page of visits. */
const INSTANCE_WRITES = 100;

const RETRIEVED = 'Process history retrieved successfully';
const NOT_RECORDED = `${RETRIEVED}. This instance began before variables were recorded: what they were is not known.`;

/** Ended visits are rows, open ones are in the state; what else a page says of them is read for all of them at once. */
@CommandHandler(GetProcessInstanceHistoryQuery)
export class GetProcessInstanceHistoryHandler implements ICommandHandler<GetProcessInstanceHistoryQuery, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly history: InstanceHistory,
  ) {}

  async execute({ data, caller }: GetProcessInstanceHistoryQuery): Promise<Answer> {
    const after = data.cursor === undefined ? 0 : Number(data.cursor);
    if (!Number.isSafeInteger(after) || after < 0)
      throw invalidField('cursor', 'cursor', 'cursor must be one that an earlier answer gave');
    const instance = await this.session.read({ tenantId: caller.tenantId, guid: data.instanceGuid });
    if (!instance) return instanceNotFound(data.instanceGuid);

    const size = data.pageSize ?? PAGE_SIZE;
    const elementId = data.taskId ?? null;
    const [isRecorded, visits] = await Promise.all([
      this.history.isRecorded(instance.header.id),
      this.visits(instance, after, size + 1, elementId),
    ]);
    const shown = visits.slice(0, size);
    const next = visits.length > size ? (shown.at(-1)?.id ?? null) : null;
    const [page, others] = await Promise.all([
      this.pageOf(instance, shown, isRecorded),
      isRecorded && elementId === null ? this.instanceWrites(instance, after, next) : null,
    ]);
    return done(isRecorded ? RETRIEVED : NOT_RECORDED, {
      instanceGuid: instance.header.guid,
      status: instance.state.status,
      version: instance.state.version,
      variablesRecorded: isRecorded,
      items: shown.map((visit) => visitView(instance, visit, page)),
      instanceChanges: others?.flatMap(changeViews) ?? null,
      nextCursor: next === null ? null : String(next),
    });
  }

  /** In the order in which they were entered. */
  private async visits(instance: LiveInstance, after: number, limit: number, elementId: string | null): Promise<Visit[]> {
    const ended = await this.history.endedVisits(visitsOf(instance), after, limit, elementId);
    const known = new Set(ended.map(({ sequence }) => sequence));
    const open = openElements(instance.state).filter(
      ({ id, nodeId }) => id > after && !known.has(id) && (elementId === null || nodeId === elementId),
    );
    const all: Visit[] = [
      ...ended.map((visit) => ({ id: visit.sequence, ended: visit })),
      ...open.map((element) => ({ id: element.id, open: element })),
    ];
    return all.sort((a, b) => a.id - b.id).slice(0, limit);
  }

  private async pageOf(instance: LiveInstance, shown: readonly Visit[], isRecorded: boolean): Promise<PageOfHistory> {
    const { header } = instance;
    const ids = shown.map(({ id }) => id);
    const elements = shown.map((visit) => ('ended' in visit ? visit.ended.elementId : visit.open.nodeId));
    const since = Math.min(
      ...shown.map((visit) => ('ended' in visit ? visit.ended.startedAt.getTime() : visit.open.startedAt)),
      instance.state.updatedAt,
    );
    const [attempts, writes, enteredVersions, commands] = await Promise.all([
      this.history.attemptsOf(header.id, ids),
      isRecorded ? this.history.writesOf(visitsOf(instance), ids) : null,
      this.history.enteredVersions(visitsOf(instance), isRecorded ? ids : []),
      this.history.commandsOn(header, { elementInstanceIds: ids, elementIds: [...new Set(elements)], since }),
    ]);
    return { attempts, writes, enteredVersions, commands: commands.filter(({ detail }) => detail?.['dryRun'] !== true) };
  }

  /** Made while the visits of this page were the newest. */
  private instanceWrites(instance: LiveInstance, after: number, next: number | null): Promise<RecordedWrite[]> {
    const from = after === 0 ? 0 : after + 1;
    return this.history.instanceWrites(visitsOf(instance), from, next, INSTANCE_WRITES);
  }
}

function visitsOf({ header, state }: LiveInstance): { id: number; startedAt: number } {
  return { id: header.id, startedAt: state.startedAt };
}
