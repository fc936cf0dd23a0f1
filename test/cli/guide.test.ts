import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { startCreditBureau } from '../../examples/credit-bureau.mjs';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { buildProduct, COMMAND } from '../support/built-product.js';
import { CommandLine } from './support/command-line.js';

// The product is built as a user's is.
jest.setTimeout(180_000);

let server: TestServer;
let bureau: Awaited<ReturnType<typeof startCreditBureau>>;
let cli: CommandLine;

beforeAll(async () => {
  [server, bureau, cli] = await Promise.all([startTestServer(), startCreditBureau(), CommandLine.open(), buildProduct()]);
});
afterAll(async () => {
  await Promise.all([server?.close(), bureau?.close(), cli?.close()]);
});

it("the guide's tour leads from a model to an approved loan, by its own commands", async () => {
  const guide = await readFile('docs/guides/command-line.md', 'utf8');
  const [, tour = ''] = /```sh\n([\s\S]*?)```/.exec(guide) ?? [];
  await mkdir(join(cli.directory, 'bin'));
  await symlink(COMMAND, join(cli.directory, 'bin', 'reprise'));
  const env = {
    PATH: `${join(cli.directory, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: cli.directory,
    REPRISE_URL: server.url,
    REPRISE_TOKEN: ADMIN_TOKEN,
  };

  const { stdout } = await promisify(execFile)('bash', ['-uc', tour.replaceAll('http://127.0.0.1:4010', bureau.url)], { env });

  for (const said of [
    /^Nothing is wrong\.$/m,
    /loan-application +Loan Application +1 +created/,
    /^loan-3 {2}error at Task_CreditCheck$/m,
    /\$ reprise retry loan-1 --task Task_CreditCheck/,
    /^loan-1 +failed-again/m,
    /^loan-1 +would-be-done/m,
    /3 items: error 3$/m,
    /^ {2}3 items: recovered 3$/m,
    /^loan-1 +done +completed$/m,
    /StartProcessInstance +succeeded/,
    /^schema +yes/m,
  ])
    expect(stdout).toMatch(said);
  expect((await server.admin.state('loan-2')).data).toMatchObject({ status: 'waiting' });
});
