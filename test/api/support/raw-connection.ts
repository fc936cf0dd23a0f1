import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: unknown;
}

/** A connection on which bytes are sent as the test likes, and answers are read in their order. Its own side stays open. */
export class RawConnection {
  private text = '';

  private constructor(
    private readonly socket: Socket,
    private readonly peer: Socket,
  ) {
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    socket.on('error', () => undefined); // The server may close while bytes are on their way to it.
  }

  static async open(server: Server): Promise<RawConnection> {
    const { address: host, port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection');
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const [peer] = (await accepted) as [Socket];
    return new RawConnection(socket, peer);
  }

  /** Sends the lines and the empty line behind them: headers. */
  head(...lines: readonly string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Resolves when the server holds nothing of it any more. */
  async isClosed(): Promise<void> {
    if (!this.peer.closed) await once(this.peer, 'close', { signal: AbortSignal.timeout(10_000) });
  }

  abandon(): void {
    this.socket.destroy();
  }

  /** Resolves when the server has asked for the body (100 Continue). */
  async isToldToGoOn(): Promise<void> {
    const GO_ON = 'HTTP/1.1 100 Continue\r\n\r\n';
    while (!this.text.startsWith(GO_ON)) await once(this.socket, 'data', { signal: AbortSignal.timeout(10_000) });
    this.text = this.text.slice(GO_ON.length);
  }

  /** The next answer that has a Content-Length, as soon as it is there whole. */
  async answer(): Promise<RawAnswer> {
    for (;;) {
      const end = this.text.indexOf('\r\n\r\n');
      const headers = this.text.slice(0, Math.max(end, 0)).toLowerCase();
      const length = Number(/^content-length: (\d+)/m.exec(headers)?.[1]);
      if (end >= 0 && Buffer.byteLength(this.text) >= end + 4 + length) {
        const body = JSON.parse(this.text.slice(end + 4, end + 4 + length)) as unknown;
        this.text = this.text.slice(end + 4 + length);
        return { status: Number(headers.split(' ')[1]), headers, body };
      }
      await once(this.socket, 'data', { signal: AbortSignal.timeout(10_000) });
    }
  }
}
