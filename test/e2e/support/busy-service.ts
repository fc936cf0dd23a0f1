import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP service that takes a while for each call, and counts how many it has at once. */
export class BusyService {
  /** The most calls at once so far. */
  most = 0;
  /** When each call came, on the clock of `performance.now()`. */
  readonly times: number[] = [];
  /** Who called, in order: the path of each call. */
  readonly paths: string[] = [];
  private open = 0;
  private held: (() => void)[] | null = null;
  private readonly server = createServer((request, response) => this.receive(request, response));

  private constructor(private takesMs: number) {}

  static async start(takesMs = 20): Promise<BusyService> {
    const service = new BusyService(takesMs);
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get calls(): number {
    return this.times.length;
  }

  /** Calls are kept open until `release`. */
  hold(): void {
    this.held = [];
  }

  /** What is held is answered, and what comes from now on after so long. */
  release(takesMs = this.takesMs): void {
    this.takesMs = takesMs;
    for (const answer of this.held ?? []) answer();
    this.held = null;
  }

  /** Resolves when so many calls have come in all. */
  async hasCalls(count: number): Promise<void> {
    while (this.calls < count) await once(this.server, 'called');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    this.open++;
    this.most = Math.max(this.most, this.open);
    this.times.push(performance.now());
    this.paths.push(request.url ?? '');
    response.on('close', () => this.open--);
    const answer = (): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"score":720}');
    };
    if (this.held) this.held.push(answer);
    else setTimeout(answer, this.takesMs);
    request.resume();
    this.server.emit('called');
  }
}
