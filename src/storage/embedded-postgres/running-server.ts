import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { EMBEDDED_USER, type Cluster } from './cluster.js';

/** How long a server that is starting or stopping may take before we give up. */
const SETTLE_MS = 60_000;

/** The address of the cluster's server on a port. */
export function urlOf(cluster: Cluster, port: number, database: string = EMBEDDED_USER): string {
  return `postgres://${EMBEDDED_USER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`;
}

/**
 * The port of a live server on this cluster, as its lock file (`postmaster.pid`) says; null when there is none. Waits for
 * one that is starting or stopping. A lock file whose process is gone, or is not Postgres any more, is stale.
 */
export async function findRunningServer(cluster: Cluster): Promise<number | null> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const lock = await readLock(cluster);
    if (lock === null) return null;
    if (!isAlive(lock.pid)) return null;
    if (await isSomebodyElse(lock.pid)) {
      // Postgres itself would trust the number and refuse to start.
      await rm(join(cluster.data, 'postmaster.pid'), { force: true });
      return null;
    }
    if (lock.port !== null && (await serves(cluster, lock.port))) return lock.port;
    if (Date.now() > deadline) {
      throw new Error(
        `Process ${lock.pid} holds ${cluster.data}, but no server answers there. Stop it, or wait until it has ended.`,
      );
    }
    await delay(25);
  }
}

async function readLock(cluster: Cluster): Promise<{ pid: number; port: number | null } | null> {
  const text = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3]) || null };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** On Linux: the number belongs to another program by now, or to a process that is dead and not yet reaped. */
async function isSomebodyElse(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command !== null && !command.includes('postgres');
}

async function serves(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(cluster, port, 'postgres'), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return (await realpath(rows[0]?.data_directory ?? '')) === (await realpath(cluster.data));
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits until the server accepts connections, and makes its database the first time. `ended` rejects when the server has gone. */
export async function awaitReady(cluster: Cluster, port: number, ended: Promise<never>): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf(cluster, port, 'postgres'), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await Promise.race([client.connect(), ended]);
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [EMBEDDED_USER]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${EMBEDDED_USER}`).catch(ignoreDuplicate);
      return;
    } catch (error) {
      if (error instanceof ServerEnded) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await Promise.race([delay(20), ended]);
  }
}

function ignoreDuplicate(error: Error & { code?: string }): void {
  if (error.code !== '42P04' && error.code !== '23505') throw error;
}

/** The server's process ended while it was needed. */
export class ServerEnded extends Error {
  override readonly name = 'ServerEnded';
}
