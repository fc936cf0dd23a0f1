import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { deployWork } from '../e2e/support/worker-calls.js';
import { buildProduct } from '../support/built-product.js';

// The package is built as a user's is.
jest.setTimeout(180_000);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const COMPILER = createRequire(import.meta.url).resolve('typescript/bin/tsc');

let directory: string;
let server: TestServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reprise-consumer-'));
  await mkdir(join(directory, 'node_modules'));
  await symlink(ROOT, join(directory, 'node_modules', 'reprise'));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  [server] = await Promise.all([startTestServer(), buildProduct()]);
});

afterAll(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

async function program(name: string, text: string): Promise<string> {
  await writeFile(join(directory, name), text);
  return join(directory, name);
}

describe("another program's import", () => {
  it('of reprise/client and reprise/worker does a job', async () => {
    const type = await deployWork(server.admin);
    const file = await program(
      'worker.js',
      `import { createClient } from 'reprise/client';
       import { createWorker } from 'reprise/worker';
       const client = createClient({ baseUrl: '${server.url}', token: '${ADMIN_TOKEN}' });
       const worker = createWorker({ client, type: '${type}', handler: ({ variables }) => ({ doubled: variables.n * 2 }) });
       worker.on('completed', () => worker.stop());
       await client.startProcessInstance({ processKey: '${type}', instanceGuid: 'from-outside', variables: { n: 21 } });`,
    );
    await run(process.execPath, [file], { cwd: directory, timeout: 60_000 });
    const state = await server.admin.state('from-outside');
    expect(state.data).toMatchObject({ status: 'waiting', state: { variables: { doubled: 42 } } });
  });

  it('has types, which know the fields of each request', async () => {
    const typed = (call: string): string =>
      `import { createClient } from 'reprise/client';\nconst client = createClient({ baseUrl: '', token: '' });\n${call}\n`;
    const compile = async (name: string, call: string): Promise<string> => {
      const file = await program(name, typed(call));
      const types = join(ROOT, 'node_modules', '@types');
      const options = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--typeRoots',
        types,
      ];
      return run(process.execPath, [COMPILER, ...options, file], { cwd: directory }).then(
        () => 'ok',
        (error: unknown) => (error as { stdout: string }).stdout,
      );
    };
    const right = `const { jobs } = await client.activateJobs({ types: 'a', maxJobs: 2 });
export const token: number | undefined = jobs[0]?.token;`;
    const wrong = `await client.completeJob({ jobId: 'a:1', outputs: {} });\nexport {};`;
    expect(await compile('right.ts', right)).toBe('ok');
    expect(await compile('wrong.ts', wrong)).toContain('outputs');
  });

  it("does what the guide's program says", async () => {
    await server.admin.deploy(await readFile(join(ROOT, 'examples/card-payment.bpmn'), 'utf8'));
    const guide = await readFile(join(ROOT, 'docs/guides/workers.md'), 'utf8');
    const [, text = ''] = /```js\n([\s\S]*?)```/.exec(guide) ?? [];
    const file = await program('guide.js', text.replaceAll('http://127.0.0.1:3000', server.url));
    const env = { ...process.env, TOKEN: ADMIN_TOKEN };
    const { stdout } = await run(process.execPath, [file], { cwd: directory, timeout: 60_000, env });
    expect(stdout.trim()).toBe('completed R-79');
  });

  it('is what the example of a worker is made of', async () => {
    const env = { ...process.env, REPRISE_URL: server.url, REPRISE_TOKEN: ADMIN_TOKEN };
    const child = spawn(process.execPath, ['examples/worker.mjs'], { cwd: ROOT, env });
    const start = (variables: object): Promise<string> => server.admin.start('card-payment', variables);
    const guids = [await start({ card: '1', amount: 5 }), await start({ card: 'busy', amount: 5 })];
    for (const guid of guids) {
      const state = await server.admin.reaches(guid, 'completed');
      expect(state.data).toMatchObject({ state: { variables: { receipt: `charged 5 under ${guid}:2` } } });
    }
    await server.admin.reaches(await start({ card: 'declined', amount: 5 }), 'waiting');
    const invalid = await server.admin.reaches(await start({ card: '1', amount: 'five' }), 'error');
    expect(invalid.data).toMatchObject({ error: { errorCode: 'INVALID_AMOUNT' } });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('is of the package as it is published, whose command reprise runs by npx', async () => {
    const { stdout: packed } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
      cwd: ROOT,
    });
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: readonly { path: string }[] }];
    const consumer = join(directory, 'published');
    const installed = join(consumer, 'node_modules', 'reprise');
    await mkdir(join(consumer, 'node_modules', '.bin'), { recursive: true });
    await mkdir(installed);
    await run('tar', ['-xzf', join(directory, filename), '--strip-components=1', '-C', installed]);
    // As npm does it, without its registry.
    const { bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { bin: { reprise: string } };
    await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
    await symlink(join(installed, bin.reprise), join(consumer, 'node_modules', '.bin', 'reprise'));
    await writeFile(join(consumer, 'package.json'), '{"name":"consumer"}');

    const env = { ...process.env, NODE_OPTIONS: '', REPRISE_URL: server.url, REPRISE_TOKEN: ADMIN_TOKEN };
    const version = await run('npx', ['--no-install', 'reprise', '--version'], { cwd: consumer, env });
    const listed = await run('npx', ['--no-install', 'reprise', 'ps', '-q'], { cwd: consumer, env });

    expect(version.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(listed.stdout).toContain('from-outside');
    expect(files.map(({ path }) => path.split('/')[0]).filter((name) => name === 'test' || name === 'src')).toEqual([]);
  });

  it('of anything else of the server is not there', async () => {
    const file = await program('inside.js', `await import('reprise/dist/src/main.js');`);
    await expect(run(process.execPath, [file], { cwd: directory })).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
