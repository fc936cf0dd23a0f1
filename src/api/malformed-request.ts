import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { refused } from '../contract/answer.js';
import { CORRELATION_HEADER } from './http-exchange.js';
import { closeUnlessEnded } from './linger.js';

/** What Node's HTTP parser found, where it is more than a malformed request: HTTP status and sentence. */
const FINDINGS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Expected shorter request headers.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Expected the request sooner.'],
};

/**
 * Answers, in the envelope, what is no HTTP request (a NUL in a header, an unknown method, headers without an end) and never
 * reaches the application, or does not end in time. The connection is closed: where the next request would begin is not known.
 */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = FINDINGS[error.code ?? ''] ?? [400, `Expected an HTTP request, but: ${error.message}`];
  const body = JSON.stringify(refused(message, null, status === 400 ? '40' : String(status)));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `${CORRELATION_HEADER}: ${randomUUID()}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
  closeUnlessEnded(socket, socket);
}
