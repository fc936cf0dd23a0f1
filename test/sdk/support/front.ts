import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in. */
export interface FrontCall {
  readonly key: string | undefined;
  readonly cmd: string;
  readonly at: number;
}

/** What the front does with a request instead of passing it on; `lose-answer` passes it on and resets the connection then. */
export type FrontDeed = ((response: ServerResponse, incoming: IncomingMessage) => void) | 'lose-answer';

/** Stands before a server as a load balancer does, and has moods. */
export class Front {
  readonly calls: FrontCall[] = [];
  private readonly deeds: FrontDeed[] = [];
  private isCut = false;
  private readonly http = createServer((incoming, response) => void this.take(incoming, response));

  private constructor(private readonly target: string) {}

  static async start(target: string): Promise<Front> {
    const front = new Front(target);
    front.http.listen(0, '127.0.0.1');
    await once(front.http, 'listening');
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** What is done with the next requests, one after the other; those behind them are passed on. */
  next(...deeds: readonly FrontDeed[]): void {
    this.deeds.push(...deeds);
  }

  /** Every connection is reset from now on, until `mend`. */
  cut(): void {
    this.isCut = true;
    this.http.closeAllConnections();
  }

  mend(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, 'close');
  }

  private async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const key = incoming.headers['idempotency-key'];
    const { cmd } = JSON.parse(body.toString()) as { cmd: string };
    this.calls.push({ key: typeof key === 'string' ? key : undefined, cmd, at: performance.now() });
    if (this.isCut) return void incoming.socket.destroy();
    const deed = this.deeds.shift();
    if (typeof deed === 'function') return deed(response, incoming);
    const url = new URL(incoming.url ?? '/', this.target);
    const passed = request(url, { method: 'POST', headers: incoming.headers }, (answer) => {
      if (deed === 'lose-answer') return void incoming.socket.destroy();
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    passed.end(body);
  }
}

/** Refuses as the server does when it drains. */
export function refuses(status: number, headers: Readonly<Record<string, string>> = {}): FrontDeed {
  return (response) => {
    const body = { isSuccessful: false, message: `No: ${status}`, statusCode: String(status), data: null };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** Resets the connection: whether the request was done is not known. */
export const resets: FrontDeed = (_response, incoming) => void incoming.socket.destroy();
