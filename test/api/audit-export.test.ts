import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditStore } from '../../src/application/ports/stores.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { ApiClient } from '../e2e/support/api-client.js';
import { ProcessServer } from '../e2e/support/process-server.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { auditEntry } from '../storage/audit-entry.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

const COLUMNS =
  'id,tenantId,at,actor,action,outcome,instanceGuid,processKey,taskId,attempt,comment,changes,statusBefore,statusAfter,durationMs,correlationId,idempotencyKey,detail';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET });
});

afterAll(async () => {
  await server?.close();
});

async function clientOf(tenant: string, url = server.url): Promise<ApiClient> {
  return new ApiClient(url, await signToken({ tenant }), tenant);
}

function append(entries: readonly AuditEntry[]): Promise<void> {
  return server.running.app.get(AuditStore, { strict: false }).append(entries);
}

/** The cells of RFC 4180 text. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('the export as CSV', () => {
  it("has the entry's keys as columns, objects as JSON, and quotes where it must", async () => {
    const client = await clientOf('csv');
    const entry = auditEntry({
      tenantId: 'csv',
      comment: 'He said "no",\r\nthen left',
      changes: [{ path: '/a', before: null, after: 'ü' }],
    });
    await append([entry]);
    const response = await client.raw('/api/core/audit', { accept: 'text/csv' });
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"$/);
    expect(response.headers['x-correlation-id']).toBeDefined();
    const [header, ...rows] = cellsOf(response.text);
    expect(header?.join(',')).toBe(COLUMNS);
    expect(rows).toEqual([
      [
        String(entry.id),
        'csv',
        entry.at,
        '{"type":"user","id":"alice","claimed":null}',
        'RetryFailedTask',
        'succeeded',
        'loan-1',
        'LoanApproval',
        'Task_CreditCheck',
        '2',
        'He said "no",\r\nthen left',
        '[{"path":"/a","before":null,"after":"ü"}]',
        'error',
        'running',
        '12.5',
        'c-1',
        '',
        '',
      ],
    ]);
  });

  it.each(['=cmd()', '+1', '-1', '@x', '\tx', '\rx', '=HYPERLINK("http://evil","x")'])(
    'defuses %j, which a spreadsheet would run',
    async (comment) => {
      const tenant = `formula-${Buffer.from(comment).toString('hex')}`;
      await append([auditEntry({ tenantId: tenant, comment })]);
      const { text } = await (await clientOf(tenant)).raw('/api/core/audit', { accept: 'text/csv' });
      expect(cellsOf(text)[1]?.[10]).toBe(`'${comment}`);
    },
  );

  it('takes the filters of the query, and refuses others in the envelope', async () => {
    const client = await clientOf('filtered');
    const [first, second] = [auditEntry({ tenantId: 'filtered' }), auditEntry({ tenantId: 'filtered', outcome: 'refused' })];
    await append([first, second]);
    const { text } = await client.raw('/api/core/audit?outcome=refused', { accept: 'text/csv' });
    expect(cellsOf(text).map(([id]) => id)).toEqual(['id', String(second.id)]);
    expect(await client.get('/api/core/audit?outcom=refused', { accept: 'text/csv' })).toMatchObject({
      httpStatus: 400,
      isSuccessful: false,
      statusCode: '40',
    });
    expect((await client.raw('/api/core/audit?actor=nobody', { accept: 'text/csv' })).text).toBe(`${COLUMNS}\r\n`);
  });

  it('needs the permission to read the trail', async () => {
    const token = await signToken({ permissions: ['instance:read'] });
    const answer = await new ApiClient(server.url, token).get('/api/core/audit', { accept: 'text/csv' });
    expect(answer).toMatchObject({ httpStatus: 403, statusCode: '403', data: { requiredPermission: 'audit:read' } });
  });
});

describe('the export as NDJSON', () => {
  it('is each entry as the query gives it, oldest first', async () => {
    const client = await clientOf('ndjson');
    await append([auditEntry({ tenantId: 'ndjson', comment: '=1\n2' }), auditEntry({ tenantId: 'ndjson' })]);
    const { items } = (await client.get('/api/core/audit')).data as unknown as { items: AuditEntry[] };
    const response = await client.raw('/api/core/audit', { accept: 'application/x-ndjson' });
    expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const text = response.text === undefined || response.text === '' ? String(response.body) : response.text;
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([...items].reverse());
  });
});

describe('an export of 5,000 entries', () => {
  const COUNT = 5_000;
  /** So much that all entries together are twice what the server may have. */
  const LENGTH = 48 * 1024;
  const HEAP_MIB = 112;
  let small: ProcessServer;
  beforeAll(async () => {
    const blob = 'x'.repeat(LENGTH);
    for (let done = 0; done < COUNT; done += 100) {
      await append(Array.from({ length: 100 }, () => auditEntry({ tenantId: 'large', detail: { blob } })));
    }
    const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`, REPRISE_JWT_SECRET: JWT_SECRET };
    small = await ProcessServer.start(server.databaseUrl, env);
  }, 120_000);
  afterAll(async () => {
    await small?.kill();
  });

  it('is complete, from a server that cannot hold all of them', async () => {
    expect(COUNT * LENGTH).toBeGreaterThan(2 * HEAP_MIB * 1024 * 1024);
    const { token } = await clientOf('large');
    const headers = { authorization: `Bearer ${token}`, 'x-tenant-id': 'large', accept: 'application/x-ndjson' };
    const { body } = await fetch(`${small.url}/api/core/audit`, { headers });
    const ids = new Set<string>();
    for await (const line of createInterface({ input: Readable.fromWeb(body as ReadableStream) })) {
      if (line.length > LENGTH) ids.add(line.slice(0, 20));
    }
    expect(ids.size).toBe(COUNT);
  }, 60_000);

  it('as CSV is a row for each', async () => {
    await append(Array.from({ length: COUNT }, () => auditEntry({ tenantId: 'many' })));
    const { text } = await (await clientOf('many')).raw('/api/core/audit', { accept: 'text/csv' });
    expect(
      new Set(
        text
          .trimEnd()
          .split('\r\n')
          .map((line) => line.split(',', 1)[0]),
      ).size,
    ).toBe(COUNT + 1);
  });
});
