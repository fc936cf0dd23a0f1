import { StorageUnavailable } from '../../application/ports/instance-store.js';
import type { HotPool } from '../connection/hot-pool.js';
import { RESERVE_ID_BLOCK } from '../sql/reserve-id-block.js';

/** Ids of one `nextval`: the sequence's increment. */
const BLOCK = 10_000;

interface Block {
  next: number;
  readonly end: number;
}

/**
 * Ids handed out in memory from blocks of a sequence, so that no insert waits for an answer. While one block is used the
 * next is already there; what a process does not use up is lost, which leaves gaps and nothing else.
 */
export class IdBlocks {
  private readonly blocks: Block[] = [];
  private reserving: Promise<void> | null = null;

  constructor(private readonly pool: HotPool) {}

  /** Reserves the first block where there is none. */
  async open(): Promise<void> {
    if (this.blocks.length === 0) await this.reserve();
  }

  /** @throws StorageUnavailable when all blocks are used up and the database gives no new one */
  next(): number {
    // A failed reservation is made up for by the next id's; meanwhile a whole block may be left.
    if (this.blocks.length < 2) void this.reserve().catch(() => undefined);
    const [block] = this.blocks;
    if (!block) throw new StorageUnavailable('The database cannot be used now: no ids are left in reserve');
    const id = block.next++;
    if (block.next > block.end) this.blocks.shift();
    return id;
  }

  private reserve(): Promise<void> {
    this.reserving ??= this.fetchBlock().finally(() => {
      this.reserving = null;
    });
    return this.reserving;
  }

  private async fetchBlock(): Promise<void> {
    const { rows } = await this.pool.query<{ first: number }>(RESERVE_ID_BLOCK, []);
    const first = rows[0]?.first;
    if (first === undefined) throw new Error('Expected the sequence id_block to give a number, but it gave none');
    this.blocks.push({ next: first, end: first + BLOCK - 1 });
  }
}
