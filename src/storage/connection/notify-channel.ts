import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { JobKind } from '../../application/ports/jobs.js';
import { HintChannel, type NodeHint } from '../../application/ports/node-hints.js';

const CHANNEL = 'reprise_hint';
/** Between attempts to connect, in ms; meanwhile polling finds what is due. */
const RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A hint takes a fraction of a millisecond; after this the connection is taken for dead, in ms. */
const SEND_TIMEOUT_MS = 1_000;

/**
 * Hints by LISTEN and NOTIFY on a connection of its own: in a transaction of the engine, NOTIFY would make commits wait for each
 * other (DESIGN section 6). Where a pooler does not pass notifications on, nothing is lost but time.
 */
export class NotifyChannel extends HintChannel {
  /** Tells our own notifications from others', which may come from this very process. */
  private readonly sender = randomUUID();
  private client: pg.Client | null = null;
  private reconnect: NodeJS.Timeout | null = null;
  private onHint: ((hint: NodeHint) => void) | null = null;

  constructor(private readonly databaseUrl: string) {
    super();
  }

  open(onHint: (hint: NodeHint) => void): void {
    this.onHint = onHint;
    void this.connect();
  }

  async send(hint: NodeHint): Promise<void> {
    const { client } = this;
    if (!client) return;
    const payload = JSON.stringify({ ...hint, sender: this.sender });
    const late = setTimeout(() => void abandon(client), SEND_TIMEOUT_MS);
    await client.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]).catch(() => undefined);
    clearTimeout(late);
  }

  async close(): Promise<void> {
    this.onHint = null;
    if (this.reconnect) clearTimeout(this.reconnect);
    const { client } = this;
    this.client = null;
    if (client) await abandon(client);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: 'reprise-hints',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    client.on('error', () => undefined); // `end` follows.
    client.on('end', () => this.lose(client));
    client.on('notification', ({ payload }) => this.receive(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch {
      await abandon(client);
      return this.lose(client);
    }
    if (this.onHint) this.client = client;
    else await abandon(client);
  }

  private lose(client: pg.Client): void {
    if (this.client === client) this.client = null;
    if (!this.onHint || this.client) return;
    if (this.reconnect) clearTimeout(this.reconnect);
    this.reconnect = setTimeout(() => void this.connect(), RECONNECT_MS);
  }

  private receive(payload: string | undefined): void {
    const message = parse(payload);
    if (message && message.sender !== this.sender) this.onHint?.(message.hint);
  }
}

/** Ends the connection, also while it waits for an answer that does not come. */
async function abandon(client: pg.Client): Promise<void> {
  const stalled = setTimeout(() => client.connection.stream.destroy(), SEND_TIMEOUT_MS);
  await client.end().catch(() => undefined);
  clearTimeout(stalled);
}

/** Null for what is not ours, or of a version that speaks otherwise. */
function parse(payload: string | undefined): { sender: string; hint: NodeHint } | null {
  try {
    const message = JSON.parse(payload ?? '') as Readonly<Record<string, unknown>> | null;
    const { sender, dueAt, movedInstances, circuits, openJobs } = message ?? {};
    if (typeof sender !== 'string') return null;
    if (dueAt !== undefined && typeof dueAt !== 'number') return null;
    if (movedInstances !== undefined && !isNumbers(movedInstances)) return null;
    if (openJobs !== undefined && !areKinds(openJobs)) return null;
    const hint = {
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(movedInstances === undefined ? {} : { movedInstances }),
      ...(circuits === true && { circuits: true as const }),
      ...(openJobs === undefined ? {} : { openJobs }),
    };
    return { sender, hint };
  } catch {
    return null;
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

function areKinds(value: unknown): value is JobKind[] {
  return (
    Array.isArray(value) &&
    value.every((each: Partial<JobKind> | null) => typeof each?.tenantId === 'string' && typeof each.jobType === 'string')
  );
}
