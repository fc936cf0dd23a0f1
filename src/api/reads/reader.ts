import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { findRequest, type RegisteredRequest } from '../../application/requests/api-request.js';
import type { Caller } from '../../application/caller.js';
import { Callers } from '../access/callers.js';
import { Dispatcher } from '../endpoint/dispatcher.js';
import { correlationIdOf, sendJson } from '../http-exchange.js';
import { queryData } from './query-data.js';
import type { ReadRoute } from './read-routes.js';

/** Answers reads through the same requests and handlers as the endpoint. */
@Injectable()
export class Reader {
  constructor(
    private readonly callers: Callers,
    private readonly dispatcher: Dispatcher,
  ) {}

  async answer(route: ReadRoute, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { httpStatus, body } = await this.dispatcher.dispatch(
      specOf(route),
      dataOf(route, request),
      await this.caller(request),
      undefined,
    );
    sendJson(reply, correlationIdOf(request), httpStatus, body);
  }

  /** Strangers that read leave a line in the log; the trail is for commands. */
  caller(request: FastifyRequest): Promise<Caller> {
    return this.callers.of(request);
  }
}

export function specOf(route: ReadRoute): RegisteredRequest {
  const spec = findRequest(route.request);
  if (!spec) throw new Error(`Expected a request named ${route.request} for GET /api/core/${route.path}, but there is none`);
  return spec;
}

/** Path parameters win over the query string, and what the route fixes over both. */
export function dataOf(route: ReadRoute, request: FastifyRequest): Record<string, unknown> {
  const data = queryData(specOf(route).data, request.query as Record<string, unknown>);
  for (const [param, field] of Object.entries(route.params ?? {}))
    data[field] = (request.params as Record<string, string>)[param];
  return Object.assign(data, route.fixed);
}
