import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ApiClient } from './api-client.js';

/** A server-sent event as it came. */
export interface SeenEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A client of a stream of server-sent events, as a browser's would be. */
export class EventReader {
  /** Of the last block, with or without an event. */
  lastId = '';
  readonly seen: SeenEvent[] = [];
  private readonly waiting = new Set<() => void>();
  /** Resolves when the stream has ended, by whoever. */
  readonly ended: Promise<void>;

  private constructor(private readonly response: IncomingMessage) {
    this.ended = this.read();
  }

  /** @throws Error with the answer where it is no stream */
  static async open(
    { url, token, tenant }: ApiClient,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<EventReader> {
    const access = { authorization: `Bearer ${token}`, 'x-tenant-id': tenant };
    // A connection of its own, which is gone when the reader is.
    const request = get(`${url}${path}`, { agent: false, headers: { ...access, ...headers } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.headers['content-type']?.startsWith('text/event-stream') !== true)
      throw new Error(`${response.statusCode ?? 0}: ${await text(response)}`);
    const reader = new EventReader(response);
    await reader.until(() => reader.lastId !== '' || reader.seen.length > 0);
    return reader;
  }

  /** Resolves when so many events were seen in all; the test fails where the stream ends before. */
  async has(count: number): Promise<readonly SeenEvent[]> {
    await this.until(() => this.seen.length >= count);
    return this.seen;
  }

  async close(): Promise<void> {
    this.response.destroy();
    await this.ended;
  }

  private async until(isSo: () => boolean): Promise<void> {
    let over = false;
    void this.ended.then(() => {
      over = true;
      for (const wake of this.waiting) wake();
    });
    while (!isSo()) {
      if (over) throw new Error(`The stream has ended after ${JSON.stringify(this.seen)}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
      this.waiting.clear();
    }
  }

  private async read(): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of this.response.setEncoding('utf8')) {
        rest += String(chunk);
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const each of blocks) this.take(each);
        for (const wake of this.waiting) wake();
      }
    } catch {
      // Closed by this side, or cut off.
    }
  }

  private take(lines: string): void {
    const fields = new Map(lines.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    this.seen.push({ id: this.lastId, event: fields.get('event') ?? '', data: JSON.parse(data) as SeenEvent['data'] });
  }
}
