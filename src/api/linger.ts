import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** How long the rest of an answered request is taken in and dropped, in ms: a connection closed at once may lose the answer on its way. */
const LINGER_MS = 2_000;

/** Closes the connection in a while, unless `rest` ends before: the rest of a request, or the connection itself. */
export function closeUnlessEnded(socket: Socket, rest: Readable): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  rest.once('close', () => clearTimeout(timer));
}
