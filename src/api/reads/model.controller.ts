import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../contract/answer.js';
import { Dispatcher } from '../endpoint/dispatcher.js';
import { CORRELATION_HEADER, correlationIdOf, sendJson } from '../http-exchange.js';
import { Reader, dataOf, specOf } from './reader.js';
import { MODEL_ROUTE } from './read-routes.js';

/** A definition's model itself, as a modeler opens it (CONTRACT section 11.12). */
@ApiExcludeController()
@Controller('/api/core')
export class ModelController {
  constructor(
    private readonly reader: Reader,
    private readonly dispatcher: Dispatcher,
  ) {}

  @Get(MODEL_ROUTE.path)
  async xml(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const correlationId = correlationIdOf(request);
    const { httpStatus, body } = await this.dispatcher.dispatch(
      specOf(MODEL_ROUTE),
      dataOf(MODEL_ROUTE, request),
      await this.reader.caller(request),
      undefined,
    );
    const answer = JSON.parse(body) as Answer<{ bpmnXml: string } | null>;
    if (!answer.isSuccessful || answer.data === null) return sendJson(reply, correlationId, httpStatus, body);
    void reply
      .header(CORRELATION_HEADER, correlationId)
      .header('content-type', 'application/xml; charset=utf-8')
      .send(answer.data.bpmnXml);
  }
}
