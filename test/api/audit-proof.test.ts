import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { loadAuditKey } from '../../src/api/access/audit-key-file.js';
import { AuditKey } from '../../src/audit-proof/audit-key.js';
import { verifyAuditFile, type FileVerification } from '../../src/audit-proof/verify-audit-file.js';
import { ConfigError, readConfig } from '../../src/config.js';
import type { AuditCheckpoint } from '../../src/contract/audit-checkpoint.js';
import type { AuditEntry } from '../../src/contract/audit-entry.js';
import { ApiClient, field, type Data, type WireAnswer } from '../e2e/support/api-client.js';
import { sequence, userTask } from '../e2e/support/models.js';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

const NDJSON = { accept: 'application/x-ndjson' };
let directory: string;
let keyFile: string;
let key: AuditKey;
let server: TestServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reprise-key-'));
  keyFile = join(directory, 'key.pem');
  const pem = AuditKey.generate();
  await writeFile(keyFile, pem);
  key = AuditKey.ofPem(pem);
  server = await startTestServer({ REPRISE_JWT_SECRET: JWT_SECRET, REPRISE_AUDIT_KEY_FILE: keyFile });
});

afterAll(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

/** A tenant with three entries, all of them sealed: a transaction in any other database of the server may delay that. */
async function sealedTenant(tenant: string): Promise<ApiClient> {
  const client = new ApiClient(server.url, await signToken({ sub: 'olga', tenant }), tenant);
  for (const name of ['a', 'b', 'c']) await client.deploy(sequence(name, userTask('Ask', 'Ask')));
  await sealed(client);
  return client;
}

async function sealed(client: ApiClient): Promise<void> {
  const newest = Math.max(...(await trailOf(client)).map(({ id }) => id));
  while (field(await client.cmd('VerifyAuditTrail'), 'sealedUpTo') !== newest)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function trailOf(client: ApiClient): Promise<AuditEntry[]> {
  return field(await client.cmd('GetAuditTrail'), 'items') as AuditEntry[];
}

async function linesOf(client: ApiClient, query = '?proof=true'): Promise<string[]> {
  const response = await client.raw(`/api/core/audit${query}`, NDJSON);
  const text = response.text === undefined || response.text === '' ? String(response.body) : response.text;
  return text.trimEnd().split('\n');
}

function verifyFile(lines: readonly string[], checkpoint?: AuditCheckpoint): Promise<FileVerification> {
  return verifyAuditFile(lines, { trustedKeys: [key.publicKey], checkpoint });
}

/** Past the triggers, as only a superuser can. */
async function tamper(statement: string, ...parameters: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(statement, parameters);
  await client.end();
}

describe('an export with proof', () => {
  it('of everything is verified as complete without the server, and is itself in the trail', async () => {
    const client = await sealedTenant('whole');
    const before = await trailOf(client);
    const lines = await linesOf(client);

    expect(await verifyFile(lines)).toMatchObject({
      valid: true,
      complete: true,
      tenantId: 'whole',
      checkedEntries: 3,
      keyId: key.keyId,
    });
    const entries = lines.map((line) => JSON.parse(line) as AuditEntry).filter(({ action }) => action !== undefined);
    expect(entries).toEqual([...before].reverse());
    expect((await trailOf(client))[0]).toMatchObject({
      action: 'ExportAuditTrail',
      outcome: 'succeeded',
      actor: { id: 'olga' },
      detail: { format: 'application/x-ndjson', proof: true, filter: null },
    });
  });

  it('of what a filter finds proves that, and that only', async () => {
    const client = await sealedTenant('filtered');
    const lines = await linesOf(client, '?proof=true&processKey=b');

    expect(await verifyFile(lines)).toMatchObject({ valid: true, complete: false, checkedEntries: 1, firstInvalid: null });
    expect((await trailOf(client))[0]).toMatchObject({ detail: { proof: true, filter: { processKey: 'b' } } });
  });

  it('of a trail that was tampered with shows it', async () => {
    const client = await sealedTenant('tampered');
    const [, victim] = await trailOf(client);
    await tamper(`UPDATE audit_entry SET comment = 'harmless' WHERE id = $1`, victim?.id);
    expect((await verifyFile(await linesOf(client))).firstInvalid).toMatchObject({ id: victim?.id });

    await tamper(`UPDATE audit_seal SET sealed_at = sealed_at + interval '1 s' WHERE tenant_id = 'tampered' AND seal_no = 1`);
    for (const query of ['?proof=true', '?proof=true&processKey=b'])
      expect((await verifyFile(await linesOf(client, query))).firstInvalid?.reason).toBe(
        'The chain was broken when it was exported: Seal 1 was altered',
      );
  });

  it('is NDJSON, and never CSV or a page', async () => {
    for (const accept of ['text/csv', 'application/json'])
      expect(await server.admin.get('/api/core/audit?proof=true', { accept })).toMatchObject({
        httpStatus: 400,
        statusCode: '40',
      });
  });
});

describe('an export without proof', () => {
  it('has the same entries as ever, without its own, and is in the trail before its first line', async () => {
    const client = await sealedTenant('plain');
    const before = await trailOf(client);

    expect((await linesOf(client, '')).map((line) => JSON.parse(line) as unknown)).toEqual([...before].reverse());
    await client.raw('/api/core/audit?outcome=refused', { accept: 'text/csv' });
    expect((await trailOf(client)).slice(0, 2)).toMatchObject([
      { action: 'ExportAuditTrail', detail: { format: 'text/csv', proof: false, filter: { outcome: 'refused' } } },
      { action: 'ExportAuditTrail', detail: { format: 'application/x-ndjson', proof: false, filter: null } },
    ]);
  });
});

describe('a checkpoint', () => {
  async function take(client: ApiClient): Promise<AuditCheckpoint & Data> {
    return (await client.cmd('GetAuditCheckpointQuery')).data as AuditCheckpoint & Data;
  }

  it('is signed, audited, and a witness for the chain in the server and in a file', async () => {
    const client = await sealedTenant('kept');
    const newest = (await trailOf(client))[0]?.id;
    const checkpoint = await take(client);

    expect(checkpoint).toMatchObject({ tenantId: 'kept', lastEntryId: newest, keyId: key.keyId, publicKey: key.publicKey });
    expect((await client.get('/api/core/audit/checkpoint')).data).toMatchObject({ tenantId: 'kept' });
    expect((await trailOf(client))[1]).toMatchObject({
      action: 'GetAuditCheckpoint',
      actor: { id: 'olga' },
      detail: { sealNo: checkpoint.sealNo, hash: checkpoint.hash, keyId: key.keyId },
    });
    await client.deploy(sequence('d', userTask('Ask', 'Ask')));
    expect(await client.cmd('VerifyAuditTrail', { checkpoint })).toMatchObject({
      message: 'The audit trail is intact.',
      data: { valid: true, removedEntries: 0, removedUpTo: null },
    });
    const query = new URLSearchParams({ checkpoint: JSON.stringify(checkpoint) });
    expect((await client.get(`/api/core/audit/verification?${query.toString()}`)).data).toMatchObject({ valid: true });
    expect(await verifyFile(await linesOf(client), checkpoint)).toMatchObject({ valid: true, complete: true });
  });

  it('shows a chain that was made anew', async () => {
    const client = await sealedTenant('anew');
    const checkpoint = await take(client);
    await tamper(`DELETE FROM audit_entry WHERE tenant_id = 'anew' AND process_key = 'a'`);
    await tamper(`DELETE FROM audit_seal WHERE tenant_id = 'anew'`);
    await tamper(`DELETE FROM audit_chain_head WHERE tenant_id = 'anew'`);
    await client.deploy(sequence('d', userTask('Ask', 'Ask')));

    const answer = await client.cmd('VerifyAuditTrail', { checkpoint });
    expect(answer.data).toMatchObject({ valid: false });
    expect(answer.message).toContain('The audit trail was tampered with');
  });

  it('that was altered, or signed by another key than the trusted ones, proves nothing', async () => {
    const client = await sealedTenant('doubt');
    const checkpoint = await take(client);
    const stranger = AuditKey.ofPem(AuditKey.generate()).publicKey;
    const asked: WireAnswer[] = [
      await client.cmd('VerifyAuditTrail', { checkpoint: { ...checkpoint, sealNo: 1, at: '2020-01-01T00:00:00.000Z' } }),
      await client.cmd('VerifyAuditTrail', { checkpoint, trustedKeys: [stranger] }),
    ];
    for (const { message, data } of asked) {
      expect(message).toBe('The checkpoint is not signed by a trusted key.');
      expect(data).toMatchObject({ valid: false, firstInvalid: { id: checkpoint.lastEntryId } });
    }
    expect((await client.cmd('VerifyAuditTrail', { checkpoint, trustedKeys: key.publicKey })).data).toMatchObject({
      valid: true,
    });
    for (const data of [
      { checkpoint: { sealNo: 1 } },
      { checkpoint: { ...checkpoint, tenantId: 'x' } },
      { trustedKeys: ['no key'] },
    ])
      expect(await client.cmd('VerifyAuditTrail', data)).toMatchObject({ httpStatus: 400, statusCode: '40' });
  });
});

it("the guide's commands take a checkpoint, verify the chain with it and export a proof", async () => {
  await server.admin.deploy(sequence('guide', userTask('Ask', 'Ask')));
  await sealed(server.admin);
  const guide = await readFile('docs/guides/audit-trail.md', 'utf8');
  const commands = (/```sh\n([\s\S]*?)```/.exec(guide)?.[1] ?? '').replaceAll('http://127.0.0.1:3000', server.url);
  const env = { ...process.env, TOKEN: ADMIN_TOKEN };
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { env, timeout: 30_000, cwd: directory });

  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as WireAnswer);
  expect(answers.map(({ message }) => message)).toEqual(['Audit checkpoint signed successfully', 'The audit trail is intact.']);
  const file = (await readFile(join(directory, 'audit.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(await verifyFile(file, answers[0]?.data as unknown as AuditCheckpoint)).toMatchObject({ valid: true, complete: true });
});

describe('the key', () => {
  it('is needed for what is signed; without it the answer says what to set', async () => {
    const keyless = await startTestServer();
    const advice = expect.stringContaining('Set REPRISE_AUDIT_KEY_FILE');
    const refusal = { httpStatus: 200, isSuccessful: false, statusCode: '99', message: advice };
    expect(await keyless.admin.cmd('GetAuditCheckpoint')).toMatchObject(refusal);
    expect(await keyless.admin.get('/api/core/audit?proof=true', NDJSON)).toMatchObject(refusal);
    const { publicKey } = key;
    expect(await keyless.admin.cmd('VerifyAuditTrail', { checkpoint: { sealNo: 1 } })).toMatchObject({ httpStatus: 400 });
    expect((await keyless.admin.cmd('VerifyAuditTrail', { trustedKeys: [publicKey] })).data).toMatchObject({ valid: true });
    await keyless.close();
  });

  it('is made at first start of an embedded database, for its owner only, and is the same from then on', async () => {
    const config = readConfig({ REPRISE_DATA_DIR: join(directory, 'data') });
    const made = await loadAuditKey(config);

    expect((await stat(join(directory, 'data', 'audit-key.pem'))).mode & 0o777).toBe(0o600);
    expect((await loadAuditKey(config))?.keyId).toBe(made?.keyId);
  });

  it('is refused at start, by the name of its setting, where it is no such key', async () => {
    await writeFile(join(directory, 'wrong.pem'), 'hello');
    for (const file of ['wrong.pem', 'missing.pem']) {
      const config = readConfig({ DATABASE_URL: server.databaseUrl, REPRISE_AUDIT_KEY_FILE: join(directory, file) });
      await expect(loadAuditKey(config)).rejects.toThrow(ConfigError);
      await expect(loadAuditKey(config)).rejects.toThrow('REPRISE_AUDIT_KEY_FILE');
    }
    expect(() => readConfig({ DATABASE_URL: server.databaseUrl, REPRISE_AUDIT_DAYS: '90' })).toThrow('REPRISE_AUDIT_DAYS needs');
  });
});
