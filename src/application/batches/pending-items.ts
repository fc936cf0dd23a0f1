import type { BatchItem, BatchStore } from '../ports/batches.js';

/** Items read at once. */
const PAGE = 500;

/** The items of a batch that have not begun, in order, each once. */
export class PendingItems {
  private page: BatchItem[] = [];
  private after = 0;
  private isOver = false;
  private reading: Promise<void> | null = null;

  /** @param upTo no item with a higher number; null: all */
  constructor(
    private readonly store: BatchStore,
    private readonly batchId: number,
    private readonly upTo: number | null,
  ) {}

  /** None is left for anybody. */
  get areOver(): boolean {
    return this.isOver && this.page.length === 0;
  }

  /** Null when there is none left. */
  async next(): Promise<BatchItem | null> {
    while (this.page.length === 0 && !this.isOver) await (this.reading ??= this.read().finally(() => (this.reading = null)));
    return this.page.pop() ?? null;
  }

  private async read(): Promise<void> {
    const items = await this.store.items(this.batchId, ['pending'], this.after, PAGE);
    const wanted = items.filter(({ itemNo }) => this.upTo === null || itemNo <= this.upTo);
    this.after = items.at(-1)?.itemNo ?? this.after;
    this.isOver = wanted.length < PAGE;
    this.page = wanted.reverse();
  }
}
