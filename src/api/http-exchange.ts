import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const CORRELATION_HEADER = 'x-correlation-id';
const CORRELATION_ID = /^[\w.:\-/+=@]{1,128}$/;
const ids = new WeakMap<FastifyRequest, string>();

/** `X-Correlation-ID` as the client sent it, where it can be logged safely; else one made for this request. */
export function correlationIdOf(request: FastifyRequest): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headers[CORRELATION_HEADER];
    id = typeof given === 'string' && CORRELATION_ID.test(given) ? given : randomUUID();
    ids.set(request, id);
  }
  return id;
}

/** The path without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** One text of a header that may come several times. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Aborts when the client hangs up before its answer is written. */
export function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  else raw.once('close', () => raw.writableFinished || gone.abort());
  return gone.signal;
}

/** Sends JSON that is text already. */
export function sendJson(
  reply: FastifyReply,
  correlationId: string,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const name in headers) void reply.header(name, headers[name]);
  void reply
    .code(status)
    .header(CORRELATION_HEADER, correlationId)
    .header('content-type', 'application/json; charset=utf-8')
    .send(body);
}
