import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditFilter } from '../../src/application/ports/stores.js';
import { lookBack } from '../../src/storage/audit/audit-look.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { auditEntry } from './audit-entry.js';
import { AuditFixture } from './audit-fixture.js';

let fixture: AuditFixture;

beforeAll(async () => {
  fixture = await AuditFixture.open();
});

afterAll(() => fixture.close());

/** Entries in a tenant of the test's own. */
async function appendTo(tenantId: string, ...fields: Partial<AuditEntry>[]): Promise<AuditEntry[]> {
  return fixture.append(...fields.map((each) => auditEntry({ ...each, tenantId })));
}

async function idsOf(tenantId: string, filter: AuditFilter = {}): Promise<number[]> {
  const { items } = await fixture.store.query(tenantId, filter, 100, null);
  return items.map((entry) => entry.id);
}

it('answers an entry as it was appended', async () => {
  const [entry] = await appendTo('whole', {
    actor: { type: 'worker', id: 'w-1', claimed: 'bob' },
    comment: 'fixed "it" 😀',
    changes: [{ path: '/score', before: 1, after: { deep: [null, 'x\u0000'] } }],
    detail: { reason: 'ü' },
    idempotencyKey: 'k-1',
    durationMs: 0.1 + 0.2,
  });

  expect((await fixture.store.query('whole', {}, 10, null)).items).toEqual([entry]);
});

it('answers absent fields as null', async () => {
  const [entry] = await appendTo('absent', {
    instanceGuid: null,
    processKey: null,
    taskId: null,
    attempt: null,
    statusBefore: null,
    statusAfter: null,
    durationMs: null,
    correlationId: null,
  });

  expect((await fixture.store.query('absent', {}, 10, null)).items).toEqual([entry]);
});

it('replaces U+0000 in the text of people, which the database cannot hold', async () => {
  await appendTo('nul', { comment: 'a\u0000b' });

  expect((await fixture.store.query('nul', {}, 10, null)).items[0]?.comment).toBe('a\uFFFDb');
});

it('never shows the entries of another tenant', async () => {
  const [mine] = await appendTo('mine', { instanceGuid: 'same' });
  await appendTo('theirs', { instanceGuid: 'same' });

  expect(await idsOf('mine', { instanceGuid: 'same' })).toEqual([mine?.id]);
});

describe('filters', () => {
  let wanted: AuditEntry;
  let other: AuditEntry;

  beforeAll(async () => {
    const [first, second] = await appendTo(
      'filters',
      {
        at: '2026-03-01T10:00:00.000Z',
        instanceGuid: 'loan-7',
        actor: { type: 'user', id: 'carol', claimed: 'Chief' },
        action: 'SkipFailedTask',
        outcome: 'refused',
        taskId: 'Task_A',
        processKey: 'Loan',
        comment: '100 % sure_thing',
      },
      { at: '2026-03-02T10:00:00.000Z', instanceGuid: 'loan-8', taskId: 'Task_B', processKey: 'Card' },
    );
    if (!first || !second) throw new Error('Expected two entries');
    wanted = first;
    other = second;
  });

  it.each<[string, AuditFilter]>([
    ['instance', { instanceGuid: 'loan-7' }],
    ['authenticated actor', { actor: 'carol' }],
    ['claimed actor', { actor: 'Chief' }],
    ['action', { action: ['SkipFailedTask', 'Unknown'] }],
    ['outcome', { outcome: 'refused' }],
    ['task', { taskId: 'Task_A' }],
    ['process', { processKey: 'Loan' }],
    ['to, inclusive', { to: new Date('2026-03-01T10:00:00.000Z') }],
    ['text in the comment, in any case', { text: '% SURE_' }],
    ['text in the action', { text: 'skipfailed' }],
    ['text in the actor', { text: 'CAROL' }],
    ['text in the claimed actor', { text: 'chief' }],
    ['text in the task', { text: 'task_a' }],
    ['text in the instance', { text: 'LOAN-7' }],
    ['several at once', { text: 'loan-7', outcome: 'refused', action: ['SkipFailedTask'] }],
  ])('by %s find one entry and not the other', async (_name, filter) => {
    expect(await idsOf('filters', filter)).toEqual([wanted.id]);
  });

  it('by from are inclusive', async () => {
    expect(await idsOf('filters', { from: new Date('2026-03-02T10:00:00.000Z') })).toEqual([other.id]);
  });

  it.each<[string, AuditFilter]>([
    ['instance', { instanceGuid: 'loan' }],
    ['actor', { actor: 'Carol' }],
    ['action', { action: [] }],
    ['outcome', { outcome: 'failed' }],
    ['text', { text: '%sure' }],
    ['text with U+0000', { text: '\u0000' }],
    ['time', { from: new Date('2026-03-01T10:00:00.001Z'), to: new Date('2026-03-02T09:59:59.999Z') }],
  ])('by %s find nothing where nothing matches', async (_name, filter) => {
    expect(await idsOf('filters', filter)).toEqual([]);
  });
});

describe('paging', () => {
  it('goes newest first, by the id where the instant is the same, and ends with a null cursor', async () => {
    const at = '2026-04-01T00:00:00.000Z';
    const entries = await appendTo('pages', { at }, { at }, { at }, { at: '2026-03-31T00:00:00.000Z' });
    const [a, b, c, oldest] = entries.map((entry) => entry.id);

    const first = await fixture.store.query('pages', {}, 2, null);
    const second = await fixture.store.query('pages', {}, 2, first.nextCursor);

    expect(first.items.map((entry) => entry.id)).toEqual([c, b]);
    expect(second.items.map((entry) => entry.id)).toEqual([a, oldest]);
    expect(second.nextCursor).toBeNull();
  });

  it('neither repeats nor loses an entry when others are written in between', async () => {
    const before = await appendTo('growing', ...Array.from({ length: 5 }, () => ({})));
    const first = await fixture.store.query('growing', {}, 3, null);
    await appendTo('growing', {}, {});
    const second = await fixture.store.query('growing', {}, 3, first.nextCursor);

    expect([...first.items, ...second.items].map((entry) => entry.id)).toEqual(before.map((entry) => entry.id).reverse());
  });

  it.each(['', '!', 'YWJj', Buffer.from('1').toString('base64url'), Buffer.from('1,2,3').toString('base64url')])(
    'refuses the cursor %j',
    async (cursor) => {
      await expect(fixture.store.query('pages', {}, 2, cursor)).rejects.toThrow(RangeError);
    },
  );

  it('by number says how many match in all', async () => {
    const entries = await appendTo('numbered', {}, { outcome: 'failed' }, {}, {});
    const ids = entries.map((entry) => entry.id);

    const page = await fixture.store.page('numbered', { outcome: 'succeeded' }, { pageNumber: 2, pageSize: 2 });

    expect(page.totalRecords).toBe(3);
    expect(page.items.map((entry) => entry.id)).toEqual([ids[0]]);
  });
});

it('streams all that match, oldest first, over many pages', async () => {
  const entries = Array.from({ length: 2_500 }, (_, i) =>
    auditEntry({ tenantId: 'stream', at: new Date(Date.UTC(2026, 5, 1) + Math.floor(i / 7)).toISOString() }),
  );
  await fixture.store.append([...entries].reverse());
  await appendTo('stream', { outcome: 'failed' });

  const streamed: number[] = [];
  for await (const entries of fixture.store.stream('stream', { outcome: 'succeeded' }))
    streamed.push(...entries.map(({ id }) => id));

  expect(streamed).toEqual(entries.map((entry) => entry.id));
});

describe('over many entries', () => {
  beforeAll(async () => {
    await fixture.tamper(
      `INSERT INTO audit_entry (tenant_id, at, id, actor_type, actor_id, action, outcome, instance_guid, changes, digest)
       SELECT 'many', timestamptz '2026-01-01' + n * interval '1 s', 1000000000 + n, 'user', 'alice',
         CASE WHEN n IN (10, 19970, 19980, 19990, 29990) THEN 'Needle' ELSE 'RetryFailedTask' END, 'succeeded',
         'loan-' || n % 5000, '[]', '\\x' FROM generate_series(1, 30000) AS n`,
    );
    await fixture.tamper('ANALYZE audit_entry');
  });

  it.each<[string, AuditFilter]>([
    ['text alone', { text: 'needle' }],
    ['what no index finds in the time', { text: 'needle', outcome: 'succeeded' }],
  ])('says how far it has looked for %s, and finds all by going on from there', async (_what, filter) => {
    const limits = { wholeMs: 1, piecesMs: 0, textMs: 0, piece: 7_000 };
    const found: number[] = [];
    const reached: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page = await lookBack(fixture.dataSource, { tenantId: 'many', filter, pageSize: 2, cursor }, limits);
      found.push(...page.items.map(({ id }) => id - 1_000_000_000));
      reached.push(page.searchedBackTo);
      cursor = page.nextCursor;
    } while (cursor !== null);

    expect(found).toEqual([29_990, 19_990, 19_980, 19_970, 10]);
    // Entries looked at: a piece; a full page, which ends at 10,020; a piece; a piece; the rest.
    expect(reached.map((instant) => instant && 30_000 - (Date.parse(instant) - Date.UTC(2026, 0, 1)) / 1_000)).toEqual([
      6_999,
      null,
      17_020,
      24_020,
      null,
    ]);
  });

  it.each([
    ['newest first', ''],
    ['of one instance', `AND instance_guid = 'loan-7'`],
  ])('reads a page %s by index, without sorting', async (_name, condition) => {
    const plan = await fixture.dataSource.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT id FROM audit_entry WHERE tenant_id = 'many' ${condition} AND (at, id) < ('2026-02-01', 5) ORDER BY at DESC, id DESC LIMIT 51`,
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');

    expect(text).toMatch(/Index (Only )?Scan Backward/);
    expect(text).not.toMatch(/Sort|Seq Scan/);
  });
});
