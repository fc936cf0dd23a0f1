import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { deployWork } from '../e2e/support/worker-calls.js';

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
  [server] = await Promise.all([startTestServer(), run(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })]);
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

  it('of anything else of the server is not there', async () => {
    const file = await program('inside.js', `await import('reprise/dist/src/main.js');`);
    await expect(run(process.execPath, [file], { cwd: directory })).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
