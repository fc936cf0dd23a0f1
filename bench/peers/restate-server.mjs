import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { endWithParent } from '../measure/end-with-parent.mjs';
import { findFreePort } from '../measure/free-port.mjs';

/** Its default of 24 is for larger machines: 2 doubles the rate on two cores. */
const PARTITIONS = 2;
const START_MS = 30_000;

/**
 * restate-server and the service with the workflows, each a process of its own, on free ports and an empty directory.
 * @returns {Promise<{ ingress: string, admin: string, serverPid: number, servicePid: number, repairedFile: string, stop: () => Promise<void> }>}
 * @throws Error where there is no build for this platform, or it does not start.
 */
export async function startRestate() {
  const directory = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'restate-'));
  const repairedFile = join(directory, 'repaired');
  const [ingressPort, adminPort, nodePort, servicePort] = await Promise.all([
    findFreePort(),
    findFreePort(),
    findFreePort(),
    findFreePort(),
  ]);
  const log = openSync(join(directory, 'log'), 'w');
  const server = spawn(findBinary(), ['--no-logo', '--node-name', 'bench'], {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      RESTATE_BASE_DIR: join(directory, 'data'),
      RESTATE_BIND_IP: '127.0.0.1',
      RESTATE_BIND_PORT: String(nodePort),
      RESTATE_INGRESS__BIND_PORT: String(ingressPort),
      RESTATE_ADMIN__BIND_PORT: String(adminPort),
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_DEFAULT_NUM_PARTITIONS: String(PARTITIONS),
      RESTATE_DISABLE_TELEMETRY: 'true',
      RUST_LOG: 'warn',
    },
  });
  const service = spawn(process.execPath, [join(import.meta.dirname, 'restate-service.mjs')], {
    stdio: ['ignore', log, log],
    env: { ...process.env, BENCH_PORT: String(servicePort), BENCH_REPAIRED_FILE: repairedFile },
  });
  closeSync(log);
  const stop = async () => {
    await Promise.all([endProcess(service), endProcess(server)]);
    rmSync(directory, { recursive: true, force: true });
  };
  endWithParent(stop);
  const [ingress, admin] = [`http://127.0.0.1:${ingressPort}`, `http://127.0.0.1:${adminPort}`];
  try {
    await awaitAnswer(`${admin}/health`, server);
    await awaitAnswer(`${ingress}/restate/health`, server);
    await register(admin, servicePort);
  } catch (error) {
    const said = readFileSync(join(directory, 'log'), 'utf8').slice(-500);
    await stop();
    throw new Error(`restate-server does not run here: ${String(error)} ${said}`);
  }
  return { ingress, admin, serverPid: server.pid ?? 0, servicePid: service.pid ?? 0, repairedFile, stop };
}

function findBinary() {
  const packageName = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), 'bin', 'restate-server');
}

/**
 * @param {string} url
 * @param {import('node:child_process').ChildProcess} server
 */
async function awaitAnswer(url, server) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const status = await request(url).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status === 200) return;
    if (server.exitCode !== null || server.pid === undefined) throw new Error('It has ended.');
    if (Date.now() > deadline) throw new Error(`${url} does not answer.`);
    await delay(100);
  }
}

/**
 * Until it is done: the service may still be starting.
 * @param {string} admin
 * @param {number} servicePort
 */
async function register(admin, servicePort) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const { statusCode, body } = await request(`${admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: `http://127.0.0.1:${servicePort}` }),
    });
    const answer = await body.text();
    if (statusCode < 300) return;
    if (Date.now() > deadline) throw new Error(`The service is not accepted: ${answer}`);
    await delay(100);
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function endProcess(child) {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
