import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttemptOutcome, TaskAttempt } from '../../src/connectors/connector.js';
import { HttpConnector } from '../../src/connectors/http/http-connector.js';
import type { JsonObject } from '../../src/engine/index.js';
import { taskAttempt } from './task-attempt.js';

export const MAX_BYTES = 100_000;
export type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A call that the service got. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A service that really answers, or fails, as a test says; and a connector that calls it. */
export class RealService {
  answering: Answering = answerOk;
  base = '';
  readonly asked: Asked[] = [];
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = request;
      this.asked.push({ method, url, headers, body });
      this.answering(request, response, body);
    });
  });
  readonly connector: HttpConnector;

  constructor(allowPrivate: boolean) {
    this.connector = new HttpConnector({ allowPrivate, maxResponseBytes: MAX_BYTES });
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.asked.length = 0;
    this.answering = answerOk;
  }

  async close(): Promise<void> {
    await this.connector.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  call(config: JsonObject = {}, more: Partial<TaskAttempt> = {}): Promise<AttemptOutcome> {
    const attempt = taskAttempt({
      config: { dialect: 'banklingo', endpoint: `${this.base}/score`, method: 'GET', ...config },
      ...more,
    });
    return this.connector.execute(attempt, new AbortController().signal);
  }
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function answerOk(_request: IncomingMessage, response: ServerResponse): void {
  answerJson(response, 200, { ok: true });
}
