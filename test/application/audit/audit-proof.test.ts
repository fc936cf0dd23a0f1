import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { AuditExport } from '../../../src/application/audit/audit-export.js';
import type { AuditExportData } from '../../../src/application/audit/audit-export.dto.js';
import { AuditSigner } from '../../../src/application/ports/audit-chain.js';
import { AuditStore } from '../../../src/application/ports/stores.js';
import { verifyAuditFile } from '../../../src/audit-proof/verify-audit-file.js';
import { auditEntry } from '../../storage/audit-entry.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ApplicationUnderTest, callerOf } from '../support/application-under-test.js';

let database: TestDatabase;
let app: ApplicationUnderTest;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await ApplicationUnderTest.start(database.url);
});

afterAll(async () => {
  await app.stop();
  await database.drop();
});

/** The export of the tenant, without line ends. */
async function exported(tenantId: string, filter: AuditExportData = {}): Promise<string[]> {
  let text = '';
  for await (const part of app.get(AuditExport).proof(callerOf({ tenantId }), filter, 'application/x-ndjson')) text += part;
  return text.trimEnd().split('\n');
}

function verify(lines: readonly string[]): ReturnType<typeof verifyAuditFile> {
  return verifyAuditFile(lines, { trustedKeys: [app.get(AuditSigner).key?.publicKey ?? ''] });
}

/** Resolves when so many entries of the tenant are sealed: transactions in other databases of the server may delay that. */
async function sealed(tenantId: string, count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  const query = 'SELECT coalesce(sum(cardinality(entry_ids)), 0)::integer AS sealed FROM audit_seal WHERE tenant_id = $1';
  for (;;) {
    await app.get(AuditStore).seal();
    const [row] = await app.get(DataSource).query<{ sealed: number }[]>(query, [tenantId]);
    if (row?.sealed === count) return;
    if (Date.now() > deadline) throw new Error(`Expected ${count} sealed entries, but found ${row?.sealed ?? 0}`);
  }
}

describe('a proof', () => {
  test('holds for text that is hard to keep', async () => {
    const strange = auditEntry({
      tenantId: 'strange',
      actor: { type: 'user', id: 'b\u0000b', claimed: 'half \ud800 pair' },
      comment: 'NUL \u0000, half \udfff, emoji 😀, "quotes",\r\nlines \u2028 of them',
      changes: [{ path: '/a', before: { 2: 'b', 1: 'a', __proto__: null }, after: [1e-7, 1e21, -0, 0.1 + 0.2] }],
      durationMs: 0.1 + 0.2,
      detail: { '': 'ü\u0000\ud800', nested: { list: [1, null] } },
    });
    await app.get(AuditStore).append([strange]);
    await sealed('strange', 1);

    expect(await verify(await exported('strange'))).toMatchObject({
      valid: true,
      complete: true,
      checkedEntries: 1,
      firstInvalid: null,
    });
  });

  test('holds over many seals and pages, whole and filtered, with other tenants among them', async () => {
    const entries = Array.from({ length: 2_503 }, (_, i) =>
      auditEntry({
        tenantId: i % 3 === 0 ? 'other' : 'large',
        taskId: i % 700 === 1 ? 'Rare' : 'Task',
        comment: 'x'.repeat(i % 900),
      }),
    );
    for (let from = 0; from < entries.length; from += 250) await app.get(AuditStore).append(entries.slice(from, from + 250));
    const large = entries.filter(({ tenantId }) => tenantId === 'large');
    const rare = large.filter(({ taskId }) => taskId === 'Rare');
    await sealed('large', large.length);

    const whole = await verify(await exported('large'));
    expect(whole).toMatchObject({ valid: true, complete: true, checkedEntries: large.length, unsealedEntries: 0 });
    const lines = await exported('large', { taskId: 'Rare' });
    const filtered = await verify(lines);
    expect(filtered).toMatchObject({ valid: true, complete: false, checkedEntries: rare.length });
    expect(rare.length).toBeGreaterThan(1);
    expect(filtered.sealsChecked).toBeLessThan(whole.sealsChecked);
    expect(lines.filter((line) => line.startsWith('{"checkpoint"')).length).toBeGreaterThan(1);
  });
});
