import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { DefinitionCache } from '../../definition-cache.js';
import { DefinitionStore, InstanceReader } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { definitionNotFound, definitionView, elementCounts } from '../definition-view.js';
import { GetProcessDefinitionByIdQuery } from './get-process-definition-by-id.command.js';

const MINUTE_MS = 60_000;

@CommandHandler(GetProcessDefinitionByIdQuery)
export class GetProcessDefinitionByIdHandler implements ICommandHandler<GetProcessDefinitionByIdQuery, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly cache: DefinitionCache,
    private readonly instances: InstanceReader,
  ) {}

  async execute({ data, caller }: GetProcessDefinitionByIdQuery): Promise<Answer> {
    const id = wholeNumber('id', data.id);
    const definition = await this.definitions.findById(caller.tenantId, id);
    if (!definition) return definitionNotFound(id);
    const compiled = await this.cache.get(id, definition.version);
    const stored = data.includeXml ? await this.definitions.loadVersion(id, definition.version) : null;
    return done('Process definition retrieved successfully', {
      ...definitionView(definition),
      ...(stored ? { bpmnXml: stored.xml } : {}),
      ...(data.includeStatistics ? { statistics: await this.statistics(id) } : {}),
      elementCounts: elementCounts(compiled),
    });
  }

  /** `successRate`: completed among all that came to an end or to a failure; null while there are none. */
  private async statistics(id: number): Promise<Record<string, unknown>> {
    const [counts, averageMs] = await Promise.all([this.instances.countByStatus(id), this.instances.averageDurationMs(id)]);
    const { completed = 0, cancelled = 0, error = 0, running = 0, waiting = 0, paused = 0 } = counts;
    const judged = completed + cancelled + error;
    return {
      totalInstances: judged + running + waiting + paused,
      activeInstances: error + running + waiting + paused,
      completedInstances: completed,
      failedInstances: error,
      cancelledInstances: cancelled,
      averageDurationMinutes: averageMs === null ? null : averageMs / MINUTE_MS,
      successRate: judged === 0 ? null : completed / judged,
    };
  }
}
