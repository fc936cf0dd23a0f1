import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import { field, type ApiClient, type Data } from './api-client.js';
import { TestService } from './test-service.js';
import { startTestServer, type TestServer } from './test-server.js';

/** What is not the date goes on as it does: sockets, the database and time-outs of attempts are real. */
const REAL = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/** A wait, as the state told it while it lasted. */
export interface Wait {
  readonly attemptNumber: unknown;
  /** From the failure to `retrying.nextAttemptAt`, in ms. */
  readonly ms: number;
}

/** The models of `examples/retries` on a server whose clock stands still until it is moved, whatever the machine does meanwhile. */
export class SeedServer {
  private readonly services: TestService[] = [];

  private constructor(private readonly server: TestServer) {}

  static async start(...pages: readonly string[]): Promise<SeedServer> {
    jest.useFakeTimers({ doNotFake: [...REAL], now: Date.parse('2031-05-05T08:00:00Z') });
    const server = new SeedServer(await startTestServer({ REPRISE_TEST_CLOCK: 'true' }));
    for (const page of pages) await server.admin.deploy(await pageXml(page), page);
    return server;
  }

  get admin(): ApiClient {
    return this.server.admin;
  }

  async stop(): Promise<void> {
    await this.server.close();
    await Promise.all(this.services.map((service) => service.stop()));
    jest.useRealTimers();
  }

  /** A service that no other test calls. */
  async service(): Promise<TestService> {
    const service = await new TestService().start();
    this.services.push(service);
    return service;
  }

  async advance(ms: number): Promise<void> {
    await this.admin.cmd('AdvanceClockCommand', { by: `PT${ms / 1_000}S` });
  }

  /** Moves the clock from wait to wait, at most so often. Each attempt begins when its time has come and not a millisecond before. */
  async waitOut(guid: string, service: TestService, most = 20): Promise<Wait[]> {
    const waits: Wait[] = [];
    for (let i = 0; i < most; i++) {
      const state = await this.admin.state(guid);
      const retrying = state.data?.['retrying'] as Data | undefined;
      if (!retrying) break;
      const failedAt = (field(state, 'attempts') as readonly Data[]).at(-1)?.['endedAt'];
      const ms = Date.parse(String(retrying['nextAttemptAt'])) - Date.parse(String(failedAt));
      waits.push({ attemptNumber: retrying['attemptNumber'], ms });
      const calls = service.calls.length;
      await this.advance(ms - 1);
      if (service.calls.length > calls) throw new Error(`Expected no attempt before ${ms} ms, but there was one`);
      await this.advance(1);
    }
    return waits;
  }

  /** When its attempts began, in s after the first. */
  async begun(guid: string): Promise<number[]> {
    const attempts = field(await this.admin.state(guid), 'attempts') as readonly Data[];
    const times = attempts.map(({ startedAt }) => Date.parse(String(startedAt)));
    return times.map((at) => (at - (times[0] ?? 0)) / 1_000);
  }
}

/** The model of a page as it is shipped. */
export async function pageXml(page: string): Promise<string> {
  return readFile(new URL(`../../../examples/retries/${page}.bpmn`, import.meta.url), 'utf8');
}

/** `seconds` as waits in ms with the number of the attempt that failed before each. */
export function waitsOf(...seconds: readonly number[]): Wait[] {
  return seconds.map((each, i) => ({ attemptNumber: i + 1, ms: each * 1_000 }));
}
