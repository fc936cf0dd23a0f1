import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Binaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { ServerEnded } from './running-server.js';
import type { ServerAccount } from './server-account.js';

/**
 * A shell that stands between us and the server: when the pipe on its input closes, because we stop the server or because
 * this process was killed, it sends SIGINT (a fast shutdown). So no server is ever left behind. Tried: down 100 ms after
 * kill -9 of Node, with a clean control file. Background processes get no input of their own, hence descriptor 3.
 */
const WATCHED = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
( read -r nothing <&3; kill -INT "$server" ) 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  max_connections: '100',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  autovacuum_naptime: '15s',
};

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

/** A server that this process has started. */
export interface ServerProcess {
  /** Rejects with `ServerEnded` when the server has gone, whoever ended it. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

/** Starts `postgres` on the cluster. It accepts connections a little later, see `awaitReady`. */
export async function launchServer(
  cluster: Cluster,
  binaries: Binaries,
  account: ServerAccount | null,
  port: number,
): Promise<ServerProcess> {
  const size = await stat(cluster.logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await truncate(cluster.logFile, 0);
  const log = await open(cluster.logFile, 'a', 0o600);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [binaries.postgres, '-D', cluster.data, '-p', String(port), ...settings];
  const onWindows = process.platform === 'win32';
  const [program, ...args] = onWindows ? command : ['/bin/sh', '-c', WATCHED, 'sh', ...command];
  // Detached: a Ctrl-C in the terminal is for us alone; we drain before we stop the server.
  const child = spawn(program ?? '', args, {
    ...account,
    cwd: onWindows ? undefined : '/',
    detached: !onWindows,
    stdio: ['pipe', log.fd, log.fd],
    windowsHide: true,
  });
  const from = size > LOG_LIMIT_BYTES ? 0 : size;
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin?.on('error', () => undefined);
  await log.close();
  const ended = exit.then(async () => {
    throw new ServerEnded(`The embedded PostgreSQL has ended: ${await tail(cluster.logFile, from)}`);
  });
  ended.catch(() => undefined);
  return { ended, stop: () => stopServer(child, exit, cluster, binaries) };
}

async function stopServer(child: ChildProcess, exit: Promise<void>, cluster: Cluster, binaries: Binaries): Promise<void> {
  if (process.platform === 'win32')
    spawn(binaries.pgCtl, ['stop', '-D', cluster.data, '-m', 'fast'], { stdio: 'ignore', windowsHide: true });
  else child.stdin?.end();
  await exit;
}

async function tail(file: string, from: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.slice(from).trim().slice(-2_000) || `see ${file}`;
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
