import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The server that REPRISE_URL and REPRISE_TOKEN name (it must run with REPRISE_HTTP_ALLOW_PRIVATE=true and
 * REPRISE_HANDLERS=examples/handlers.mjs), else the one of this checkout, on its own data directory; it ends with this process.
 * @param {string} dataDir
 */
export async function useServer(dataDir) {
  if (process.env.REPRISE_URL) return { url: process.env.REPRISE_URL, token: process.env.REPRISE_TOKEN ?? '' };
  const port = await freePort(Number(process.env.PORT ?? 3000));
  const env = {
    ...process.env,
    PORT: String(port),
    REPRISE_DATA_DIR: dataDir,
    REPRISE_HTTP_ALLOW_PRIVATE: 'true',
    REPRISE_HANDLERS: process.env.REPRISE_HANDLERS ?? `${ROOT}examples/handlers.mjs`,
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, ['--max-semi-space-size=32', '--heap-growing-percent=200', `${ROOT}scripts/start.mjs`], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  child.once('exit', (code) => process.exit(process.exitCode ?? code ?? 1));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => child.kill(signal));
  process.once('exit', () => child.kill());
  process.stdout.write('Starting Reprise with an embedded PostgreSQL (the first time takes a little longer) ...\n');
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/health/ready`).catch(() => null))?.ok) await new Promise((resolve) => setTimeout(resolve, 100));
  const token = (process.env.REPRISE_ADMIN_TOKEN ?? (await readFile(`${dataDir}/admin-token`, 'utf8'))).trim();
  return { url, token, stop: () => child.kill('SIGTERM') };
}

/** @param {number} wanted @returns {Promise<number>} that port where it is free, else any */
export function freePort(wanted) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(freePort(0)));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Sends one command and gives the whole answer.
 * @param {{ url: string, token: string }} server
 * @param {string} cmd
 * @param {object} data
 */
export async function command({ url, token }, cmd, data) {
  const response = await fetch(`${url}/api/core/cmd`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': 'default' },
    body: JSON.stringify({ cmd, data }),
  });
  return await response.json();
}
