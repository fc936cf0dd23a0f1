import { randomUUID } from 'node:crypto';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { instanceNotFound, refused, type Answer } from '../../../contract/answer.js';
import { changesBetween, type InstanceStatus } from '../../../engine/index.js';
import { DefinitionCatalog } from '../../definition-catalog.js';
import { InstanceAnswer } from '../../instance-answer.js';
import { InstanceStarter, type NewInstance } from '../../instance-starter.js';
import { OperatorCommand } from '../../operator-command.js';
import { Clock } from '../../ports/clock.js';
import { RequestAudit } from '../../request-audit.js';
import { refuseMadeGuid } from '../../requests/made-guid.js';
import { originOf } from '../../requests/origin-of.js';
import { EngineSession } from '../../session/engine-session.js';
import type { LiveInstance } from '../../session/live-instance.js';
import type { CommandOrigin } from '../../session/origin.js';
import { RestartFromActivityCommand } from './restart-from-activity.command.js';
import { RestoredVariables } from './restored-variables.js';

/** Default wait for the first rest, in ms. */
const WAIT_MS = 10_000;
const RESTARTED = 'Process instance restarted successfully.';
/** One that still goes on would do what the new one does, too. */
const AT_REST: readonly InstanceStatus[] = ['completed', 'cancelled', 'error'];

@CommandHandler(RestartFromActivityCommand)
export class RestartFromActivityHandler implements ICommandHandler<RestartFromActivityCommand, Answer> {
  constructor(
    private readonly session: EngineSession,
    private readonly catalog: DefinitionCatalog,
    private readonly restored: RestoredVariables,
    private readonly starter: InstanceStarter,
    private readonly operator: OperatorCommand,
    private readonly answer: InstanceAnswer,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  async execute(request: RestartFromActivityCommand): Promise<Answer> {
    const { data, caller } = request;
    const receivedAt = this.clock.now();
    refuseMadeGuid('newInstanceGuid', data.newInstanceGuid);
    const original = await this.session.read({ tenantId: caller.tenantId, guid: data.instanceGuid });
    if (!original) return instanceNotFound(data.instanceGuid);
    const asked = await this.newInstance(request, original, receivedAt);
    if ('isSuccessful' in asked) return asked;
    const { instance, result } = await this.starter.preview(asked);
    if (data.dryRun === true) return this.operator.dryAnswer(instance, result, asked.origin, original);
    if (result.kind === 'rejected') return this.refuse(original, asked.origin, result.message, result.data);
    return this.start(asked, data.waitMs ?? WAIT_MS);
  }

  /** What is to begin; or a refusal. */
  private async newInstance(
    { data, caller }: RestartFromActivityCommand,
    original: LiveInstance,
    receivedAt: number,
  ): Promise<NewInstance | Answer> {
    const { header, state } = original;
    const { activityId, comment, restoreVariables = 'before-activity' } = data;
    const guid = data.newInstanceGuid ?? randomUUID();
    const detail = { restartedFrom: header.guid, activityId, newInstanceGuid: guid, restoreVariables };
    const origin = originOf(caller, 'RestartFromActivity', receivedAt, { comment, detail });
    if (!AT_REST.includes(state.status)) {
      const message = `Process instance is not in completed, cancelled or error state. Current state: ${state.status}`;
      return this.refuse(original, origin, message, { currentStatus: state.status });
    }
    const definition = await this.catalog.byId(caller.tenantId, header.definitionId);
    if (!definition?.isActive) {
      const message = `Process definition '${definition?.name ?? header.processKey}' is not active.`;
      return this.refuse(original, origin, message, { id: header.definitionId });
    }
    const variables = await this.restored.of(original, data);
    if (typeof variables === 'string') return this.refuse(original, origin, variables, { activityId });
    const version = data.version === 'latest' ? definition.version : header.definitionVersion;
    const all = { ...variables, ...data.variables };
    return {
      definition,
      version,
      guid,
      variables: all,
      executionMode: state.executionMode,
      businessKey: header.businessKey,
      contextTypeId: header.contextTypeId,
      contextId: header.contextId,
      startEventId: null,
      origin: { ...origin, detail: { ...detail, version }, changes: changesBetween(variables, all) },
      restart: { from: { instanceId: header.id, instanceGuid: header.guid, activityId }, status: state.status },
    };
  }

  private async start(asked: NewInstance, waitMs: number): Promise<Answer> {
    const result = await this.starter.start(asked);
    if (result.kind !== 'rejected' || result.rejected.code !== 'ALREADY_STARTED')
      return this.answer.of(asked.origin.caller, asked.guid ?? '', result, RESTARTED, waitMs);
    const { header } = result.instance;
    const isSame =
      header.restartedFrom?.instanceId === asked.restart?.from.instanceId &&
      header.restartedFrom?.activityId === asked.restart?.from.activityId;
    if (!isSame) return refused(`Process instance '${header.guid}' exists, and was not begun by this.`, null);
    const data = { ...(await this.answer.view(result.instance, asked.origin.caller)), alreadyStarted: true };
    return { isSuccessful: true, message: RESTARTED, statusCode: '00', data };
  }

  /** In the trail of the original: there is no other. */
  private refuse({ header }: LiveInstance, origin: CommandOrigin, message: string, data: unknown): Promise<Answer> {
    const subject = { instanceGuid: header.guid, processKey: header.processKey };
    return this.audit.refuse(origin, message, data, '99', subject);
  }
}
