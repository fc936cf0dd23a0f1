import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CORRELATION_HEADER, correlationIdOf } from '../http-exchange.js';

/** Keeps proxies from closing a silent stream, and finds clients that have gone, in ms. */
const HEARTBEAT_MS = 15_000;
/** When a client that lost its stream asks again, in ms. */
const RETRY_MS = 1_000;

/** One block of a stream (HTML Living Standard, section 9.2). Data is JSON: it has no line breaks. */
export function block({ id, event, data }: { readonly id?: string; readonly event?: string; readonly data?: string }): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(data === undefined ? [] : [`data: ${data}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}

/**
 * Sends blocks as server-sent events. What goes wrong before the first is answered in the envelope. No block is made before the ones
 * before it were taken by the socket.
 * @param beat sent while there is no block
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  blocks: AsyncGenerator<string>,
  beat: () => string = () => '',
): Promise<void> {
  const first = await blocks.next();
  void reply
    .header(CORRELATION_HEADER, correlationIdOf(request))
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(lively(first, blocks, beat)));
}

async function* lively(
  first: IteratorResult<string, unknown>,
  blocks: AsyncGenerator<string>,
  beat: () => string,
): AsyncGenerator<string> {
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    let next = Promise.resolve(first);
    for (;;) {
      const won = await within(next, HEARTBEAT_MS);
      if (won === null) {
        yield `: heartbeat\n${beat() || '\n'}`;
        continue;
      }
      if (won.done === true) return;
      yield won.value;
      next = blocks.next();
    }
  } finally {
    await blocks.return(undefined);
  }
}

/** Null: not in time. */
function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, ms, null)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
