import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnvelopeFilter } from './envelope.filter.js';
import { answerMalformed } from './malformed-request.js';
import { OpenApiDocument } from './openapi/docs.controller.js';
import { openApiDocument } from './openapi/document.js';

export interface HttpOptions {
  readonly bodyLimitBytes: number;
  readonly logger: LoggerService;
}

/** A request must be there whole by then, in ms. Its answer may take longer: a command waits for its task. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longest idle keep-alive connection: more than that of the usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;

/** The application on Fastify: bodies stay bytes until the endpoint reads them, every error is answered in the envelope. */
export async function createApplication(root: DynamicModule, options: HttpOptions): Promise<NestFastifyApplication> {
  const envelope = new EnvelopeFilter(options.bodyLimitBytes);
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientErrorHandler: answerMalformed,
    routerOptions: { maxParamLength: 255 },
    frameworkErrors: (error: unknown, request: unknown, reply: unknown) =>
      envelope.answer(error, request as FastifyRequest, reply as FastifyReply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: options.logger,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: options.bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  );
  let document: object | null = null;
  app.get(OpenApiDocument).read = () => (document ??= openApiDocument(app));
  return app;
}
