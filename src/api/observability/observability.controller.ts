import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { done, refused } from '../../contract/answer.js';
import { correlationIdOf, sendJson } from '../http-exchange.js';
import { Health } from './health.js';
import { PrometheusTelemetry } from './prometheus-telemetry.js';

/** For those who watch the server: probes and metrics, without a token and without any business data. */
@ApiExcludeController()
@Controller()
export class ObservabilityController {
  constructor(
    private readonly health: Health,
    private readonly telemetry: PrometheusTelemetry,
  ) {}

  @Get('/health/live')
  live(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(
      reply,
      correlationIdOf(request),
      200,
      JSON.stringify(done('The server is alive.', { uptimeSeconds: Math.round(process.uptime()) })),
    );
  }

  @Get('/health/ready')
  async ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { ready, ...data } = await this.health.check();
    const answer = ready ? done('The server is ready.', data) : refused('The server is not ready.', data, '503');
    sendJson(reply, correlationIdOf(request), ready ? 200 : 503, JSON.stringify(answer), ready ? {} : { 'retry-after': '1' });
  }

  @Get('/metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.telemetry.registry.metrics();
  }
}
