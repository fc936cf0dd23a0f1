import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { READ_ROUTES, type ReadRoute } from './read-routes.js';
import { Reader } from './reader.js';

/** The routes of the table, one method each. */
@ApiExcludeController()
@Controller('/api/core')
export class ReadsController {
  constructor(readonly reader: Reader) {}
}

type RouteMethod = (this: ReadsController, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** What decorators would write by hand, for each route of the table. */
function addRoute(route: ReadRoute): void {
  const key = `GET ${route.path}`;
  const method: RouteMethod = function (request, reply) {
    return this.reader.answer(route, request, reply);
  };
  const descriptor: TypedPropertyDescriptor<RouteMethod> = { value: method, writable: true, configurable: true };
  Object.defineProperty(ReadsController.prototype, key, descriptor);
  Get(route.path)(ReadsController.prototype, key, descriptor);
  Req()(ReadsController.prototype, key, 0);
  Res()(ReadsController.prototype, key, 1);
}

for (const route of READ_ROUTES) addRoute(route);
