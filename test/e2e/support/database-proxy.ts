import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a server and its database, and loses answers. */
export class DatabaseProxy {
  private readonly clients = new Set<Socket>();
  private isAway = false;
  private readonly server = createServer((client) => this.pass(client));

  private constructor(private readonly database: URL) {}

  static async start(databaseUrl: string): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(new URL(databaseUrl));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    const url = new URL(this.database);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Nobody hears anything more, or gets a connection; what was sent before is executed all the same. */
  goAway(): void {
    this.isAway = true;
    for (const client of this.clients) client.destroy();
  }

  comeBack(): void {
    this.isAway = false;
  }

  async stop(): Promise<void> {
    this.goAway();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(client: Socket): void {
    if (this.isAway) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.database.port), this.database.hostname);
    this.clients.add(client);
    client.on('error', () => undefined);
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => this.clients.delete(client));
    client.on('end', () => upstream.end());
    client.on('data', (chunk: Buffer) => upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => {
      if (!client.destroyed) client.write(chunk);
    });
  }
}
