import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { refused, type Answer } from '../../../contract/answer.js';
import { DefinitionCatalog } from '../../definition-catalog.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { InstanceStarter } from '../../instance-starter.js';
import { Clock } from '../../ports/clock.js';
import type { DefinitionRecord } from '../../ports/readers.js';
import { RequestAudit } from '../../request-audit.js';
import { wholeNumber } from '../../requests/field-values.js';
import { invalidField } from '../../requests/invalid-request.js';
import { parseJsonText, refuseTogether } from '../../requests/json-text.js';
import { refuseMadeGuid } from '../../requests/made-guid.js';
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
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute({ data, caller }: StartProcessInstanceCommand): Promise<Answer> {
    const receivedAt = this.clock.now();
    refuseMadeGuid('instanceGuid', data.instanceGuid);
    const variables = variablesOf(data);
    const definition = await this.find(caller.tenantId, data);
    if (!definition) {
      const origin = originOf(caller, 'StartProcessInstance', receivedAt);
      return this.audit.refuse(origin, notFoundMessage(data), null, '404', { processKey: data.processKey });
    }
    const version = data.version ?? definition.version;
    const origin = originOf(caller, 'StartProcessInstance', receivedAt, { detail: { definitionId: definition.id, version } });
    const subject = { processKey: definition.processKey };
    if (!definition.isActive) {
      const message = `Process definition '${definition.name}' is not active.`;
      return this.audit.refuse(origin, message, { id: definition.id }, '99', subject);
    }
    if (version > definition.version) {
      const message = `Process definition '${definition.name}' has no version ${version}. Newest: ${definition.version}`;
      return this.audit.refuse(origin, message, { newestVersion: definition.version }, '404', subject);
    }
    const result = await this.starter.start({
      definition,
      version,
      guid: data.instanceGuid ?? null,
      variables,
      executionMode: data.executionMode ?? 'Unsupervised',
      businessKey: data.businessKey ?? null,
      contextTypeId: data.contextTypeId === undefined ? null : wholeNumber('contextTypeId', data.contextTypeId),
      contextId: data.contextId === undefined ? null : String(data.contextId),
      startEventId: null,
      origin,
    });
    if (result.kind === 'rejected' && result.rejected.code === 'ALREADY_STARTED') {
      const { header } = result.instance;
      if (header.definitionId !== definition.id) {
        const message = `Process instance '${header.guid}' exists, of another process: '${header.processKey}'.`;
        // The session has recorded this refusal.
        return refused(message, { processKey: header.processKey });
      }
      return {
        isSuccessful: true,
        message: STARTED,
        statusCode: '00',
        data: { ...(await this.answer.view(result.instance, caller)), alreadyStarted: true },
      };
    }
    return this.answer.of(caller, data.instanceGuid ?? '', result, STARTED, data.waitMs ?? WAIT_MS);
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
