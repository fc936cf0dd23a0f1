import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { buildProduct } from '../support/built-product.js';
import { CommandLine } from './support/command-line.js';

// The product is built as a user's is.
jest.setTimeout(180_000);

let server: TestServer;
let cli: CommandLine;
/** Where nobody listens. */
let closed: string;

beforeAll(async () => {
  [server, closed] = await Promise.all([startTestServer(), closedUrl(), buildProduct()]);
});
afterAll(() => server?.close());
beforeEach(async () => {
  await cli?.close();
  cli = await CommandLine.open();
});
afterAll(() => cli?.close());

async function closedUrl(): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return `http://127.0.0.1:${port}`;
}

const login = (token: string, ...words: readonly string[]) =>
  cli.feed(`${token}\n`, 'login', '--url', server.url, '--tenant', 'default', ...words);

describe('a server', () => {
  it('is logged in to with a token that was verified, kept where its owner alone can read it', async () => {
    const refused = await login('not-a-token');
    const done = await login(ADMIN_TOKEN, '--name', 'test');
    const path = join(cli.directory, 'config', 'reprise.json');

    expect(refused).toMatchObject({ code: 4, out: '', err: expect.stringContaining('Next: Log in again: reprise login') });
    expect(done).toMatchObject({ code: 0, out: `Logged in: context test is ${server.url}, tenant default (${path}).\n` });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    expect((await cli.run('ps')).code).toBe(0);
  });

  it('is chosen by contexts, which are listed without their tokens, used and forgotten', async () => {
    await login(ADMIN_TOKEN, '--name', 'one');
    await login(ADMIN_TOKEN, '--name', 'two');
    const listed = await cli.json('context', 'list');
    const used = await cli.run('context', 'use', 'one');
    const named = await cli.run('ps', '--context', 'two');
    await cli.run('context', 'remove', 'one');

    expect(listed).toEqual([
      { name: 'one', isCurrent: false, url: server.url, tenant: 'default' },
      { name: 'two', isCurrent: true, url: server.url, tenant: 'default' },
    ]);
    expect([used.code, named.code]).toEqual([0, 0]);
    expect(await cli.run('ps')).toMatchObject({ code: 2, err: expect.stringMatching(/^No server is known: .*\nNext: Log in: /) });
    expect(await cli.run('ps', '--context', 'one')).toMatchObject({
      code: 2,
      err: expect.stringContaining("no context 'one'. Known: two."),
    });
    expect(await cli.run('context', 'use', 'three')).toMatchObject({ code: 2 });
  });

  it('is chosen by flags before the environment, and by that before a context', async () => {
    await login(ADMIN_TOKEN);
    const away = { REPRISE_URL: closed, REPRISE_TOKEN: ADMIN_TOKEN, REPRISE_TENANT: 'globex' };

    expect(await cli.with(away).run('ps', '--retry-for', '1ms')).toMatchObject({ code: 3 });
    expect(await cli.with(away).run('ps', '--url', server.url)).toMatchObject({
      code: 4,
      err: expect.stringContaining("no access to tenant 'globex'"),
    });
    expect(await cli.with(away).run('ps', '--url', server.url, '--tenant', 'default')).toMatchObject({ code: 0 });
  });

  it('that a token was not stored for is not sent it', async () => {
    const asked: unknown[] = [];
    const stranger = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end('{}');
    });
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    await login(ADMIN_TOKEN);

    const untold = await cli.run('ps', '--url', url);
    const told = await cli.with({ REPRISE_TOKEN: 'of-the-stranger' }).run('ps', '--url', url);
    stranger.close();

    expect(untold).toMatchObject({ code: 2, err: expect.stringContaining(`No token is known for ${url}.`) });
    expect(told).toMatchObject({ code: 3, err: expect.stringContaining('Expected an answer of the command endpoint') });
    expect(asked).toEqual(['Bearer of-the-stranger']);
  });

  it('that was started in this directory needs no login', async () => {
    await mkdir(join(cli.directory, '.reprise'));
    await writeFile(join(cli.directory, '.reprise', 'admin-token'), `${ADMIN_TOKEN}\n`);

    expect(await cli.run('ps', '--url', server.url)).toMatchObject({ code: 0, out: 'No process instance matches.\n' });
    expect(await cli.run('ps', '--url', 'https://reprise.example.com')).toMatchObject({ code: 2 });
  });
});

describe('what goes wrong', () => {
  it('is told in a sentence with the next step, as JSON where that is asked for, and by a stable exit code', async () => {
    const known = cli.with({ REPRISE_URL: server.url, REPRISE_TOKEN: ADMIN_TOKEN });
    const away = cli.with({ REPRISE_URL: closed, REPRISE_TOKEN: ADMIN_TOKEN });
    const calls = await Promise.all([
      known.run('retry'),
      known.run('shwo', 'x'),
      known.run('ps', '--status', 'broken'),
      known.run('ps', '--limit', 'many'),
      known.run('start', 'x', '--set', 'nothing'),
      known.run('start', 'x', '--file', 'missing.json'),
      known.run('show', 'nobody'),
      away.run('show', 'nobody', '--retry-for', '1ms', '-o', 'json'),
      known.run('ps', '--url', 'server:3000'),
      known.run('audit', '--from', 'yesterday'),
    ]);
    const json = JSON.parse(calls[7]?.err ?? '') as unknown;

    expect(calls.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 1, 3, 2, 1]);
    expect(calls.map(({ err }) => err.split('\n')[0])).toEqual([
      "Missing required argument 'guid'.",
      "Unknown command 'shwo' (Did you mean show?)",
      expect.stringContaining("Expected one of running, waiting, error, paused, completed, cancelled, but got 'broken'."),
      expect.stringContaining("Expected a whole number from 1, but got 'many'."),
      "Expected --set name=value or --set a.b=value, but got 'nothing'.",
      "Expected a file 'missing.json', but there is none.",
      "Process instance 'nobody' not found.",
      expect.stringMatching(/^\{"error":/),
      "Expected a URL such as http://127.0.0.1:3000, but got 'server:3000'.",
      expect.stringContaining('from must be an ISO 8601 instant or date'),
    ]);
    expect(calls[0]?.err).toContain('Next: See reprise retry --help');
    expect(calls[6]?.err).toContain('Next: Look for it: reprise ps');
    expect(json).toMatchObject({ error: { exitCode: 3, statusCode: 'UNREACHABLE', next: expect.stringContaining('npm start') } });
    expect(calls.map(({ out }) => out).join('')).toBe('');
  });
});

describe('the command', () => {
  it('has help with its exit codes, a version, and completion for the words that there are', async () => {
    const [help, verb, version, bash, zsh, fish] = await Promise.all([
      cli.run(),
      cli.run('batch', 'run', '--help'),
      cli.run('--version'),
      cli.run('completion', 'bash'),
      cli.run('completion', 'zsh'),
      cli.run('completion', 'fish'),
    ]);
    const { version: expected } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const script = `source c.sh; COMP_WORDS=(reprise batch re); COMP_CWORD=2; _reprise; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(reprise do); COMP_CWORD=1; _reprise; echo "\${COMPREPLY[@]}"`;
    await cli.file('c.sh', bash.out);
    const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: cli.directory });

    expect(help).toMatchObject({ code: 0, out: expect.stringMatching(/Exit codes:\n {2}0 {4}done\n/) });
    expect(verb.out).toContain('--canary <items>');
    expect(verb.out).toContain('--tenant <tenant>');
    expect(version.out.trim()).toBe(expected);
    expect(stdout).toBe('resume repeat\ndoctor\n');
    expect(zsh.out).toContain('bashcompinit');
    expect(fish.out).toContain("complete -c reprise -n '__fish_seen_subcommand_from batch' -f -a preview");
  });
});
