import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the service does with a call: answers, or keeps the caller waiting until `release`. */
export type Behaviour = (call: ReceivedCall, response: ServerResponse) => void;

/** A real HTTP service that fails as it is told to. */
export class TestService {
  readonly calls: ReceivedCall[] = [];
  /** Calls whose caller hung up before they were answered. */
  abandoned = 0;
  private behaviour: Behaviour = failing();
  private readonly held = new Set<() => void>();
  private readonly server = createServer((request, response) => {
    response.on('close', () => {
      if (response.writableFinished) return;
      this.abandoned++;
      this.server.emit('abandoned');
    });
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const call = { path: request.url ?? '', headers: request.headers, body };
      this.calls.push(call);
      this.server.emit('called');
      this.behaviour(call, response);
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  answers(behaviour: Behaviour): void {
    this.behaviour = behaviour;
  }

  /** Calls are kept open until `release`. */
  holds(then: Behaviour = succeeding()): void {
    this.behaviour = (call, response) => this.held.add(() => then(call, response));
  }

  release(): void {
    for (const answer of this.held) answer();
    this.held.clear();
  }

  /** Resolves when so many calls have come in all. */
  async hasCalls(count: number): Promise<void> {
    while (this.calls.length < count) await once(this.server, 'called');
  }

  /** Resolves when so many callers have hung up in all. */
  async hasAbandoned(count: number): Promise<void> {
    while (this.abandoned < count) await once(this.server, 'abandoned');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export function succeeding(body: object = { score: 720 }): Behaviour {
  return (_call, response) => send(response, 200, body);
}

export function failing(status = 503, message = 'Credit bureau API still unavailable'): Behaviour {
  return (_call, response) => send(response, status, { message });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
