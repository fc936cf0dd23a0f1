import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import type { ProcessDefinition } from '../../../engine/index.js';
import { DefinitionCache } from '../../definition-cache.js';
import { DefinitionStore, InstanceReader } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { definitionNotFound, definitionView, elementCounts } from '../definition-view.js';
import { GetProcessBundleQuery } from './get-process-bundle.command.js';

/** Newest instances shown. */
const INSTANCES = 10;

@CommandHandler(GetProcessBundleQuery)
export class GetProcessBundleHandler implements ICommandHandler<GetProcessBundleQuery, Answer> {
  constructor(
    private readonly definitions: DefinitionStore,
    private readonly cache: DefinitionCache,
    private readonly instances: InstanceReader,
  ) {}

  async execute({ data, caller }: GetProcessBundleQuery): Promise<Answer> {
    const id = wholeNumber('processDefinitionId', data.processDefinitionId);
    const definition = await this.definitions.findById(caller.tenantId, id);
    if (!definition) return definitionNotFound(id);
    const [compiled, stored, instances] = await Promise.all([
      this.cache.get(id, definition.version),
      this.definitions.loadVersion(id, definition.version),
      data.includeInstances ? this.newest(caller.tenantId, id) : null,
    ]);
    const { contextLoaderType } = definition;
    return done('Process bundle retrieved successfully', {
      processDefinition: { ...definitionView(definition), bpmnXml: stored?.xml ?? null, elementCounts: elementCounts(compiled) },
      // Only its name is kept: no loader is installed that could say more.
      contextLoader: contextLoaderType === null ? null : { type: contextLoaderType },
      ...(instances ? { instances } : {}),
      ...(data.includeRelatedDefinitions ? { relatedDefinitions: await this.calledBy(caller.tenantId, compiled) } : {}),
    });
  }

  /** Those that it calls by a key that is written out; what a call computes is not known before. */
  private async calledBy(tenantId: string, { nodes }: ProcessDefinition): Promise<readonly unknown[]> {
    const called = nodes.flatMap((node) => (node.type === 'callActivity' ? [node.calledProcess] : []));
    const keys = new Set(called.flatMap(({ language, source }) => (language === 'literal' ? [source] : [])));
    const found = await Promise.all([...keys].map((key) => this.definitions.findByProcessKey(tenantId, key)));
    return found.flatMap((definition) => (definition ? [definitionView(definition)] : []));
  }

  private async newest(tenantId: string, processDefinitionId: number): Promise<readonly unknown[]> {
    const page = { pageNumber: 1, pageSize: INSTANCES, cursor: null, sortBy: 'startedAt', sortDirection: 'desc' } as const;
    return (await this.instances.list(tenantId, { processDefinitionId }, page)).items;
  }
}
