import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { sequence, userTask } from '../e2e/support/models.js';
import { buildProduct } from '../support/built-product.js';
import { CommandLine } from './support/command-line.js';

// The product is built as a user's is.
jest.setTimeout(180_000);

let server: TestServer;
let cli: CommandLine;
/** The same, of a machine that knows no server. */
let alone: CommandLine;

beforeAll(async () => {
  await buildProduct();
  const keeper = await CommandLine.open();
  const { privateKey } = generateKeyPairSync('ed25519');
  const keyFile = await keeper.file('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  server = await startTestServer({ REPRISE_AUDIT_KEY_FILE: join(keeper.directory, keyFile) });
  cli = keeper.with({ REPRISE_URL: server.url, REPRISE_TOKEN: ADMIN_TOKEN });
  alone = keeper;
  await server.admin.deploy(sequence('loan', userTask('Check', 'Check')));
  await server.admin.start('loan');
});
afterAll(async () => {
  await Promise.all([server?.close(), cli?.close()]);
});

describe('an export with proof', () => {
  it('is verified without the server, against a public key and a checkpoint that was kept', async () => {
    const checkpoint = (await cli.json('audit', 'checkpoint')) as { publicKey: string; keyId: string };
    await cli.file('public.pem', checkpoint.publicKey);
    await cli.file('kept.json', JSON.stringify(checkpoint));
    await cli.run('audit', 'export', '--proof', '--to-file', 'trail.ndjson');

    const verified = await alone.run('audit', 'verify', 'trail.ndjson', '--key', 'public.pem', '--checkpoint', 'kept.json');
    const byServer = await cli.run('audit', 'verify', '--checkpoint', 'kept.json');

    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toContain(`signed by key ${checkpoint.keyId}.`);
    expect(verified.out).toContain('It holds all entries up to its last seal.');
    expect(byServer).toMatchObject({ code: 0, out: expect.stringContaining('The audit trail is intact') });
  });

  it('that was altered is told with its line, and answers 5', async () => {
    const file = join(cli.directory, 'trail.ndjson');
    await writeFile(file, (await readFile(file, 'utf8')).replace('StartProcessInstance', 'StopProcessInstance'));

    const verified = await alone.run('audit', 'verify', 'trail.ndjson', '--key', 'public.pem');

    expect(verified).toMatchObject({ code: 5, out: expect.stringMatching(/^The export is not as it was: line \d+, /) });
  });

  it.each([
    ['without a key', ['trail.ndjson'], 'Expected a key that is trusted'],
    ['with a key that is none', ['trail.ndjson', '--key', 'kept.json'], 'key'],
    ['that there is not', ['gone.ndjson', '--key', 'public.pem'], "Expected a file 'gone.ndjson'"],
    [
      'with a checkpoint that is none',
      ['trail.ndjson', '--key', 'public.pem', '--checkpoint', 'public.pem'],
      'to hold a checkpoint',
    ],
  ])('is not verified %s', async (_title, words, message) => {
    expect(await alone.run('audit', 'verify', ...words)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
