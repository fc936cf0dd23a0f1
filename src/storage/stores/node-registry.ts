import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { NodeRegistry, type NodeRegistration } from '../../application/ports/stores.js';
import { int4Array } from '../connection/binary-array.js';
import type { HotPool } from '../connection/hot-pool.js';
import {
  DECLARE_DEAD,
  FIND_OWNED,
  FORGET_NODE,
  HEARTBEAT,
  MARK_DEAD,
  NODES_OF_HOST,
  REGISTER_NODE,
  UNREGISTER_NODE,
} from '../sql/keep-nodes.js';

/** Nodes of this process: a row with our process id that is none of these was left by a predecessor (in a container, always 1). */
const ownNodes = new Set<number>();

export class PgNodeRegistry extends NodeRegistry {
  constructor(private readonly pool: HotPool) {
    super();
  }

  async register(): Promise<NodeRegistration> {
    const host = await nameHost();
    const known = await this.pool.query<{ node: number; pid: number }>(NODES_OF_HOST, [host]);
    const dead = known.rows.filter(({ node, pid }) => (pid === process.pid ? !ownNodes.has(node) : !isAlive(pid)));
    if (dead.length > 0) await this.pool.query(MARK_DEAD, [int4Array(dead.map(({ node }) => node))]);
    const { rows } = await this.pool.query<{ node: number }>(REGISTER_NODE, [host, process.pid]);
    const node = rows[0]?.node;
    if (node === undefined) throw new Error('Expected a number for this node, but got none');
    ownNodes.add(node);
    return { node };
  }

  async heartbeat(node: number): Promise<boolean> {
    return (await this.pool.query(HEARTBEAT, [node])).rowCount === 1;
  }

  async unregister(node: number): Promise<void> {
    await this.pool.query(UNREGISTER_NODE, [node]);
    ownNodes.delete(node);
  }

  async declareDead(leaseMs: number): Promise<number[]> {
    const { rows } = await this.pool.query<{ node: number }>(DECLARE_DEAD, [leaseMs]);
    return rows.map(({ node }) => node);
  }

  async findOwned(node: number, limit: number): Promise<number[]> {
    const { rows } = await this.pool.query<{ id: number }>(FIND_OWNED, [node, limit]);
    return rows.map(({ id }) => id);
  }

  async forget(node: number): Promise<void> {
    await this.pool.query(FORGET_NODE, [node]);
  }
}

/** Where our process ids mean something: two containers may share a host name, and then a number names two processes. */
async function nameHost(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return namespace === '' ? hostname() : `${hostname()} ${namespace}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
