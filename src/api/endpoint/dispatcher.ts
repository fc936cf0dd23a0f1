import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { isAllowed, type Caller } from '../../application/caller.js';
import { actionName, type RegisteredRequest } from '../../application/requests/api-request.js';
import type { Answer } from '../../contract/answer.js';
import { ApiFailure, forbidden, invalidRequest } from '../api-failure.js';
import { refusalOf } from '../failure-of.js';
import { PrometheusTelemetry } from '../observability/prometheus-telemetry.js';
import { IdempotentExecution, type TextAnswer } from './idempotent-execution.js';
import { RefusalAudit } from './refusal-audit.js';
import { validateData } from './validate-data.js';

const KEY_LENGTH = 255;

/** A request from its name to its answer: permission, validation, idempotency, handler. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('Command');

  constructor(
    private readonly bus: CommandBus,
    private readonly idempotent: IdempotentExecution,
    private readonly refusals: RefusalAudit,
    private readonly telemetry: PrometheusTelemetry,
  ) {}

  /** @throws ApiFailure, and what the handler throws */
  async dispatch(
    spec: RegisteredRequest,
    data: Readonly<Record<string, unknown>>,
    caller: Caller,
    keyHeader: string | undefined,
  ): Promise<TextAnswer> {
    const startedAt = performance.now();
    const action = actionName(spec.name);
    try {
      const answer = await this.answer(spec, data, caller, keyHeader);
      this.note(action, answer.outcome, caller, startedAt);
      return answer;
    } catch (error) {
      const failure = refusalOf(error);
      this.note(action, failure instanceof ApiFailure ? `http-${failure.httpStatus}` : 'error', caller, startedAt);
      if (failure instanceof ApiFailure && isAudited(failure) && spec.kind === 'command')
        await this.refusals.record(caller, action, guidIn(spec, data), failure);
      throw failure;
    }
  }

  /** Counted and logged: what was done at level debug (the trail has it), what was refused at info. Never what it was about. */
  private note(command: string, outcome: string, { correlationId, tenantId, actor }: Caller, startedAt: number): void {
    const durationMs = performance.now() - startedAt;
    this.telemetry.command(command, outcome, durationMs);
    const line = { command, outcome, correlationId, tenantId, actor: actor.id, durationMs: Math.round(durationMs * 10) / 10 };
    if (outcome === 'succeeded' || outcome === 'replayed') this.logger.debug(line, 'Command done');
    else this.logger.log(line, 'Command refused');
  }

  private async answer(
    spec: RegisteredRequest,
    data: Readonly<Record<string, unknown>>,
    caller: Caller,
    keyHeader: string | undefined,
  ): Promise<TextAnswer & { readonly outcome: string }> {
    if (!isAllowed(caller, spec.permission))
      throw forbidden(`${spec.name} needs the permission '${spec.permission}'.`, spec.permission);
    const valid = validateData(spec, data);
    // A secret must not be kept for a replay.
    const key = spec.kind === 'command' && !spec.secretAnswer && !spec.doneEachTime ? idempotencyKey(keyHeader, valid) : null;
    let outcome = 'replayed';
    const execute = async (asking: Caller): Promise<TextAnswer> => {
      const answer = await this.bus.execute<Answer>(new spec.requestClass(valid as never, asking));
      outcome = answer.isSuccessful ? 'succeeded' : 'refused';
      return { httpStatus: 200, body: JSON.stringify(answer), replayed: false };
    };
    const answer =
      key === null
        ? await execute(caller)
        : await this.idempotent.run(caller, key, `${spec.name}\n${JSON.stringify(data)}`, execute);
    return { ...answer, outcome };
  }
}

/** CONTRACT section 11.7: 400 and 403 are audited, 401 is logged only. */
function isAudited({ httpStatus }: ApiFailure): boolean {
  return httpStatus === 400 || httpStatus === 403;
}

function guidIn(spec: RegisteredRequest, data: Readonly<Record<string, unknown>>): unknown {
  const alias = Object.keys(spec.aliases ?? {}).find(
    (name) => spec.aliases?.[name] === 'instanceGuid' && data[name] !== undefined,
  );
  return data['instanceGuid'] ?? (alias === undefined ? null : data[alias]);
}

/** From the header, or from `data`. @throws ApiFailure 400 when it is unusable, or both are given and differ */
function idempotencyKey(header: string | undefined, data: object): string | null {
  const inData = (data as { idempotencyKey?: string }).idempotencyKey;
  const key = header ?? inData;
  if (key === undefined) return null;
  const problem = problemOf(key, inData);
  if (problem !== null) throw invalidRequest([{ field: 'Idempotency-Key', code: 'type', message: problem }]);
  return key;
}

function problemOf(key: string, inData: string | undefined): string | null {
  if (key.trim() === '' || key.length > KEY_LENGTH || key.includes('\u0000'))
    return `Idempotency-Key must be a text of 1 to ${KEY_LENGTH} characters`;
  return inData !== undefined && inData !== key
    ? 'Idempotency-Key and data.idempotencyKey must be the same where both are given'
    : null;
}
