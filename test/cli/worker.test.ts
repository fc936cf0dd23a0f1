import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../e2e/support/test-server.js';
import { deployWork } from '../e2e/support/worker-calls.js';
import { buildProduct } from '../support/built-product.js';
import { callOf, CommandLine } from './support/command-line.js';

// The product is built as a user's is.
jest.setTimeout(180_000);

let server: TestServer;
let cli: CommandLine;

beforeAll(async () => {
  [server] = await Promise.all([startTestServer(), buildProduct()]);
  cli = await CommandLine.open({ REPRISE_URL: server.url, REPRISE_TOKEN: ADMIN_TOKEN });
});
afterAll(async () => {
  await Promise.all([server?.close(), cli?.close()]);
});

it('a worker does jobs by a shell command, tells of their failures, and ends jobs in hand before itself', async () => {
  const type = await deployWork(server.admin);
  const script = `
    input=$(cat)
    case "$input" in
      *'"how":"fail"'*) echo 'first line' >&2; echo "no credit for $REPRISE_TASK" >&2; exit 3 ;;
      *'"how":"talk"'*) echo 'hello' ;;
      *'"how":"slow"'*) cat go >/dev/null; echo '{"slow":true}' ;;
      *) printf '{"echo":%s,"attempt":%s}' "$input" "$REPRISE_ATTEMPT" ;;
    esac`;
  await cli.file('work.sh', script);
  // A command that reads it goes on when somebody writes to it.
  await promisify(execFile)('mkfifo', [join(cli.directory, 'go')]);
  const child = cli.spawn('worker', type, '--exec', 'sh work.sh', '--name', 'shell-1', '--lock', '10s');
  const ended = callOf(child);

  const start = (variables: object): Promise<string> => server.admin.start(type, variables);
  const [done, failed, talked] = await Promise.all([start({ n: 21 }), start({ how: 'fail' }), start({ how: 'talk' })]);
  const state = await server.admin.reaches(done, 'waiting');
  expect(state.data).toMatchObject({ state: { variables: { echo: { n: 21 }, attempt: 1 } } });
  expect((await server.admin.reaches(failed, 'error')).data).toMatchObject({
    error: { errorMessage: 'no credit for Task_Work', errorCode: 'EXIT_3' },
    attempts: [{ worker: 'shell-1' }],
  });
  expect((await server.admin.reaches(talked, 'error')).data).toMatchObject({
    error: { errorMessage: expect.stringContaining("Expected JSON on the standard output of the command, but got 'hello'") },
  });

  const slow = await start({ how: 'slow' });
  while (child.stderr && !(await server.admin.state(slow)).text.includes('"worker":"shell-1"')) await once(child.stderr, 'data');
  child.kill('SIGTERM');
  if (child.stderr) await once(child.stderr, 'data');
  await cli.file('go', '');

  const { code, err } = await ended;
  expect(code).toBe(0);
  expect(err).toContain('Takes no more jobs; 1 in hand may end.');
  expect((await server.admin.reaches(slow, 'waiting')).data).toMatchObject({ state: { variables: { slow: true } } });
});
