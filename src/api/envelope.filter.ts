import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failureOf } from './failure-of.js';
import { correlationIdOf, pathOf, sendJson } from './http-exchange.js';

/** Every error as the envelope; what is our fault goes to the log with its reason, never into the answer. */
@Catch()
export class EnvelopeFilter implements ExceptionFilter {
  private readonly logger = new Logger('Api');

  constructor(private readonly bodyLimitBytes: number) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const correlationId = correlationIdOf(request);
    const path = pathOf(request);
    const failure = failureOf(error, { method: request.method, path, correlationId, bodyLimitBytes: this.bodyLimitBytes });
    if (failure.httpStatus >= 500) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.logger.error(
        { correlationId, method: request.method, path, httpStatus: failure.httpStatus, reason },
        'Request failed',
      );
    }
    if (!reply.sent) sendJson(reply, correlationId, failure.httpStatus, JSON.stringify(failure.answer), failure.headers);
  }
}
