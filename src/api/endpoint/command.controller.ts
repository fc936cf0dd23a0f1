import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../application/caller.js';
import { actionName } from '../../application/requests/api-request.js';
import { RunnerLifecycle } from '../../runner/runner-lifecycle.js';
import { unavailable } from '../api-failure.js';
import { AdmitBeforeBody, Admission } from '../access/admission.js';
import { ForeignTenant } from '../access/callers.js';
import { correlationIdOf, goneOf, headerOf, sendJson } from '../http-exchange.js';
import { Dispatcher } from './dispatcher.js';
import { readCommand, UnreadableCommand, type NamedRequest } from './read-command.js';
import { RefusalAudit } from './refusal-audit.js';

/** The one endpoint for commands and queries (CONTRACT section 1). */
@ApiExcludeController()
@Controller()
export class CommandController {
  constructor(
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly refusals: RefusalAudit,
    private readonly runner: RunnerLifecycle,
  ) {}

  @Post(['/api/core/cmd', '/api/bpm/cmd'])
  @HttpCode(200)
  @AdmitBeforeBody()
  async execute(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const correlationId = correlationIdOf(request);
    const caller = await this.callerOf(request, correlationId);
    const { spec, data } = await this.read(request, caller);
    if (this.runner.isDraining && spec.kind === 'command')
      throw unavailable(correlationId, 'This server is shutting down. Try again in a moment.');
    const { httpStatus, body, replayed } = await this.dispatcher.dispatch(
      spec,
      data,
      { ...caller, gone: () => goneOf(reply) },
      headerOf(request, 'idempotency-key'),
    );
    sendJson(reply, correlationId, httpStatus, body, replayed ? { 'idempotent-replayed': 'true' } : {});
  }

  private async callerOf(request: FastifyRequest, correlationId: string): Promise<Caller> {
    try {
      return this.admission.callerOf(request);
    } catch (error) {
      if (error instanceof ForeignTenant) await this.recordForeign(error, request, correlationId);
      throw error;
    }
  }

  private async read(request: FastifyRequest, caller: Caller): Promise<NamedRequest> {
    try {
      return readCommand(request.body);
    } catch (error) {
      if (error instanceof UnreadableCommand)
        await this.refusals.record(caller, actionName(error.command ?? 'Unreadable'), null, error);
      throw error;
    }
  }

  /** In the trail of a tenant of his own: the other's must not fill up with strangers' tries. */
  private async recordForeign(failure: ForeignTenant, request: FastifyRequest, correlationId: string): Promise<void> {
    const { principal, tenantId } = failure;
    const [own] = principal.tenants;
    if (own === undefined) return;
    const caller: Caller = {
      tenantId: own,
      actor: principal.actor,
      permissions: principal.permissions,
      correlationId,
      idempotencyKey: null,
    };
    let action = 'Unreadable';
    try {
      action = actionName(readCommand(request.body).spec.name);
    } catch {
      // What it was is unknown; that it was tried is recorded all the same.
    }
    await this.refusals.record(caller, action, null, failure, { requestedTenant: tenantId });
  }
}
