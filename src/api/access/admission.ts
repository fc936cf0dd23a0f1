import { Injectable } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../application/caller.js';
import { unknownPath } from '../api-failure.js';
import { pathOf } from '../http-exchange.js';
import { closeUnlessEnded } from '../linger.js';
import { Callers, ForeignTenant } from './callers.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly admission?: true;
  }
}

/** For a route that takes a body: it is read for those only who are let in by their headers. */
export const AdmitBeforeBody = (): MethodDecorator => RouteConfig({ admission: true });

/** Who may send a body, decided from the headers: what nobody known sends is neither read nor parsed. */
@Injectable()
export class Admission {
  private readonly decided = new WeakMap<FastifyRequest, Caller | ForeignTenant>();

  constructor(private readonly callers: Callers) {}

  /**
   * Called when the headers are there. Somebody known who asks for a tenant of others is let in so far, and refused by
   * `callerOf`: the trail of his own tells which command he tried.
   * @throws ApiFailure as `Callers.of` does, and where there is no such path
   */
  async decide(request: FastifyRequest): Promise<void> {
    try {
      if (request.is404) throw unknownPath(request.method, pathOf(request));
      if (request.routeOptions.config.admission) this.decided.set(request, await this.identify(request));
    } catch (error) {
      // Node drops the rest of the body, so that the connection can serve the next request; but not for long.
      if (!request.raw.complete) closeUnlessEnded(request.raw.socket, request.raw);
      throw error;
    }
  }

  /** Who asks, as it was decided. @throws ForeignTenant */
  callerOf(request: FastifyRequest): Caller {
    const decided = this.decided.get(request);
    if (!decided)
      throw new Error(`Expected ${request.method} ${pathOf(request)} to be decided upon before its body, but it was not`);
    if (decided instanceof ForeignTenant) throw decided;
    return decided;
  }

  private async identify(request: FastifyRequest): Promise<Caller | ForeignTenant> {
    try {
      return await this.callers.of(request);
    } catch (error) {
      if (error instanceof ForeignTenant) return error;
      throw error;
    }
  }
}
