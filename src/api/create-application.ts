import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import type { FastifyHttpOptions, FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from './access/admission.js';
import { EnvelopeFilter } from './envelope.filter.js';
import { answerMalformed } from './malformed-request.js';
import { OpenApiDocument } from './openapi/docs.controller.js';
import { openApiDocument } from './openapi/document.js';

export interface HttpOptions {
  readonly bodyLimitBytes: number;
  readonly logger: LoggerService;
  /** A request that is not there whole by then is given up, in ms. Its answer may take longer: a command waits for its task. */
  readonly requestTimeoutMs: number;
}

/** Longest idle keep-alive connection: more than that of the usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;

/** The application on Fastify: bodies stay bytes until the endpoint reads them, every error is answered in the envelope. */
export async function createApplication(root: DynamicModule, options: HttpOptions): Promise<NestFastifyApplication> {
  const envelope = new EnvelopeFilter(options.bodyLimitBytes);
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    ...givingUpAfter(options.requestTimeoutMs),
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
  const admission = app.get(Admission);
  // Without this, Node asks for the body before anybody has looked at the headers.
  fastify.server.on('checkContinue', (request, response) => fastify.server.emit('request', request, response));
  fastify.addHook('onRequest', async (request, reply) => {
    await admission.decide(request);
    if (request.headers.expect !== undefined) reply.raw.writeContinue();
  });
  let document: object | null = null;
  app.get(OpenApiDocument).read = () => (document ??= openApiDocument(app));
  return app;
}

/**
 * Node looks for requests that are late from time to time only, each half minute unless told; and where headers may take longer
 * than the whole request, it takes the one limit for the other.
 */
function givingUpAfter(limitMs: number): Pick<FastifyHttpOptions<Server>, 'requestTimeout' | 'http'> {
  const connectionsCheckingInterval = Math.ceil(limitMs / 30);
  const requestTimeout = limitMs - connectionsCheckingInterval;
  return { requestTimeout, http: { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval } };
}
