import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { refused, type Answer } from '../../../contract/answer.js';
import { DefinitionCatalog } from '../../definition-catalog.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { InstanceStarter } from '../../instance-starter.js';
import { Clock } from '../../ports/clock.js';
import type { DefinitionRecord } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { parseJsonText, refuseTogether } from '../../requests/json-text.js';
import { originOf } from '../../requests/origin-of.js';
import { StartProcessInstanceCommand } from './start-process-instance.command.js';
import type { StartProcessInstanceData } from './start-process-instance.dto.js';

/** Default wait for the first rest, in ms (CONTRACT section 6). */
const WAIT_MS = 10_000;
const STARTED = 'Process instance started successfully.';

@CommandHandler(StartProcessInstanceCommand)
export class StartProcessInstanceHandler implements ICommandHandler<StartProcessInstanceCommand, Answer> {
  constructor(
    private readonly catalog: DefinitionCatalog,
    private readonly starter: InstanceStarter,
    private readonly answer: InstanceAnswer,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: StartProcessInstanceCommand): Promise<Answer> {
    const receivedAt = this.clock.now();
    const variables = variablesOf(data);
    const definition = await this.find(caller.tenantId, data);
    if (!definition) return refused(notFoundMessage(data), null, '404');
    if (!definition.isActive) return refused(`Process definition '${definition.name}' is not active.`, { id: definition.id });
    if (data.version !== undefined && data.version > definition.version) {
      return refused(
        `Process definition '${definition.name}' has no version ${data.version}. Newest: ${definition.version}`,
        { newestVersion: definition.version },
        '404',
      );
    }
    const result = await this.starter.start({
      definition,
      version: data.version ?? definition.version,
      guid: data.instanceGuid ?? null,
      variables,
      executionMode: data.executionMode ?? 'Unsupervised',
      businessKey: data.businessKey ?? null,
      contextTypeId: data.contextTypeId === undefined ? null : wholeNumber('contextTypeId', data.contextTypeId),
      contextId: data.contextId === undefined ? null : String(data.contextId),
      startEventId: null,
      origin: originOf(caller, 'StartProcessInstance', receivedAt, {
        detail: { definitionId: definition.id, version: data.version ?? definition.version },
      }),
    });
    if (result.kind === 'rejected' && result.rejected.code === 'ALREADY_STARTED') {
      const { header } = result.instance;
      if (header.definitionId !== definition.id) {
        return refused(`Process instance '${header.guid}' exists, of another process: '${header.processKey}'.`, {
          processKey: header.processKey,
        });
      }
      return {
        isSuccessful: true,
        message: STARTED,
        statusCode: '00',
        data: { ...(await this.answer.view(result.instance)), alreadyStarted: true },
      };
    }
    return this.answer.of(data.instanceGuid ?? '', result, STARTED, data.waitMs ?? WAIT_MS);
  }

  private find(tenantId: string, data: StartProcessInstanceData): Promise<DefinitionRecord | null> {
    if (data.id !== undefined) return this.catalog.byId(tenantId, wholeNumber('id', data.id));
    if (data.processKey !== undefined) return this.catalog.byProcessKey(tenantId, data.processKey);
    throw invalidField(
      'id',
      'required',
      'Expected id (or processDefinitionId, or processKey) to name the process definition, but none is given',
    );
  }
}

function variablesOf(data: StartProcessInstanceData): NonNullable<StartProcessInstanceData['variables']> {
  refuseTogether(data, ['variables', 'runtimeContext']);
  if (data.runtimeContext !== undefined) return parseJsonText('runtimeContext', data.runtimeContext);
  return data.variables ?? {};
}

function notFoundMessage(data: StartProcessInstanceData): string {
  return data.id !== undefined
    ? `Process definition with ID ${data.id} not found`
    : `Process definition with key '${data.processKey ?? ''}' not found`;
}
