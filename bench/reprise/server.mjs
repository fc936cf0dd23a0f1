import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, Pool, request } from 'undici';
import { endWithParent } from '../measure/end-with-parent.mjs';
import { findFreePort } from '../measure/free-port.mjs';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'src', 'main.js');
const HANDLERS = join(import.meta.dirname, 'handlers.mjs');
const TOKEN = 'bench-token-of-this-run-only';
const START_MS = 60_000;

/** @typedef {{ isSuccessful: boolean, message: string, statusCode: string, data: Record<string, unknown> | null }} Answer */

/**
 * The built server in a process of its own, with the settings it has unless it is told others, and a client of it.
 * @param {string} databaseUrl
 * @param {number} connections Kept open by the client.
 * @param {Record<string, string>} [settings] Further ones, by their environment variables.
 */
export async function startReprise(databaseUrl, connections, settings = {}) {
  const directory = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'reprise-server-'));
  const log = openSync(join(directory, 'log'), 'w');
  const port = await findFreePort();
  const server = spawn(process.execPath, ['--max-semi-space-size=32', '--heap-growing-percent=200', MAIN], {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      HOST: '127.0.0.1',
      REPRISE_ADMIN_TOKEN: TOKEN,
      REPRISE_HANDLERS: HANDLERS,
      ...settings,
    },
  });
  closeSync(log);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections });
  const stop = async () => {
    await pool.close();
    server.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  endWithParent(stop);
  await awaitReady(origin, server).catch(async (error) => {
    const said = readFileSync(join(directory, 'log'), 'utf8').slice(-1_500);
    await stop();
    throw new Error(`${error.message} ${said}`);
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, 'x-tenant-id': 'default' };
  return {
    pid: server.pid ?? 0,
    origin,
    headers,
    stop,
    /**
     * Sends one command.
     * @param {string} cmd
     * @param {Record<string, unknown>} data
     * @returns {Promise<Answer>}
     */
    async send(cmd, data) {
      const { body } = await pool.request({
        path: '/api/core/cmd',
        method: 'POST',
        headers,
        body: JSON.stringify({ cmd, data }),
      });
      return /** @type {Promise<Answer>} */ (body.json());
    },
  };
}

/**
 * @param {string} origin
 * @param {import('node:child_process').ChildProcess} server
 */
async function awaitReady(origin, server) {
  const dispatcher = new Agent();
  const deadline = Date.now() + START_MS;
  for (;;) {
    const status = await request(`${origin}/health/ready`, { dispatcher }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status === 200) return dispatcher.close();
    if (server.exitCode !== null) throw new Error(`The server has ended with code ${server.exitCode}.`);
    if (Date.now() > deadline) throw new Error(`The server does not get ready.`);
    await delay(50);
  }
}
