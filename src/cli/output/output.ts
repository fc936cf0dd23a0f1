import { csvLine } from './csv.js';
import { paintFor, paintState, type Paint } from './paint.js';
import { toTable } from './table.js';
import { toYaml } from './yaml.js';

export const FORMATS = ['table', 'json', 'yaml', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** A column of a list: its name is the same in tables and in CSV, and does not change. */
export interface Column<Item> {
  readonly name: string;
  readonly of: (item: Item) => unknown;
  /** As a table shows it, where that is not its text. */
  readonly shown?: (item: Item, paint: Paint) => string;
}

/** How a list of something is printed. */
export interface Listing<Item> {
  readonly columns: readonly Column<Item>[];
  /** What `--quiet` prints. */
  readonly id: (item: Item) => string;
  /** Instead of a table of nothing. */
  readonly empty: string;
}

/** A cell is clipped to so many characters on a terminal. */
const CELL = 60;

/** Writes what a verb has to say: data to the standard output in the format that was asked for, remarks to the standard error. */
export class Output {
  readonly paint: Paint;

  constructor(
    readonly format: Format,
    readonly isQuiet: boolean,
  ) {
    this.paint = paintFor(process.stdout, process.env);
  }

  /** True where people read: sentences and remarks are for them only. */
  get isForPeople(): boolean {
    return this.format === 'table' && !this.isQuiet;
  }

  write(text: string): void {
    process.stdout.write(text);
  }

  /** A sentence, for people only. */
  say(text: string): void {
    if (this.isForPeople) this.write(`${text}\n`);
  }

  /** A remark beside the data, for people only. */
  remark(text: string): void {
    if (this.isForPeople) process.stderr.write(`${text}\n`);
  }

  /** What a script must know, too: that there is more than was printed. */
  warn(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** One thing: its lines for people, all of it for programs. */
  one(item: object, { id, lines }: { readonly id: string; readonly lines: (paint: Paint) => readonly string[] }): void {
    if (this.isQuiet) this.write(`${id}\n`);
    else if (this.format === 'json') this.write(`${JSON.stringify(item, null, 2)}\n`);
    else if (this.format === 'yaml') this.write(toYaml(item));
    else if (this.format === 'csv') this.write(csvLine(Object.keys(item)) + csvLine(Object.values(item)));
    else this.write(`${lines(this.paint).join('\n')}\n`);
  }

  /**
   * Many things. As CSV and quietly, each as it comes; otherwise together.
   * @throws what `items` throws, when all that came before is printed
   */
  async many<Item>(items: AsyncIterable<Item> | Iterable<Item>, listing: Listing<Item>): Promise<number> {
    const { columns, id } = listing;
    const isStreamed = this.isQuiet || this.format === 'csv';
    if (isStreamed && !this.isQuiet) this.write(csvLine(columns.map(({ name }) => name)));
    const all: Item[] = [];
    let count = 0;
    try {
      for await (const item of items) {
        count++;
        if (!isStreamed) all.push(item);
        else this.write(this.isQuiet ? `${id(item)}\n` : csvLine(columns.map(({ of }) => of(item))));
      }
    } catch (error) {
      if (all.length > 0) this.together(all, listing);
      throw error;
    }
    if (!isStreamed) this.together(all, listing);
    return count;
  }

  private together<Item>(all: readonly Item[], { columns, empty }: Listing<Item>): void {
    if (this.format === 'json') this.write(`${JSON.stringify(all, null, 2)}\n`);
    else if (this.format === 'yaml') this.write(toYaml(all));
    else if (all.length === 0) this.write(`${empty}\n`);
    else this.write(this.table(all, columns));
  }

  private table<Item>(items: readonly Item[], columns: readonly Column<Item>[]): string {
    const head = columns.map(({ name }) => this.paint('bold', name));
    return toTable(
      head,
      items.map((item) => columns.map((column) => this.cell(item, column))),
    );
  }

  private cell<Item>(item: Item, { of, shown, name }: Column<Item>): string {
    if (shown) return shown(item, this.paint);
    const value = of(item);
    const line = textOf(value).replace(/\s+/g, ' ');
    if (name === 'status' || name === 'state' || name === 'outcome') return paintState(this.paint, line);
    return process.stdout.isTTY && line.length > CELL ? `${line.slice(0, CELL - 1)}…` : line;
  }
}

/** Lists of texts as people write them. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
