import type { BoundStatement, Statement } from './hot-pool.js';

type Cell = number | string | Buffer | null;

/** How each column of a row becomes one array parameter. */
export type Encoders<Row extends readonly Cell[]> = { readonly [Column in keyof Row]: (values: Row[Column][]) => Buffer };

/** A statement that takes one array a column, as `unnest($1, $2, ...)` reads them. */
export interface RowStatement<Row extends readonly Cell[]> extends Statement {
  readonly encoders: Encoders<Row>;
  /** The statement takes the number of rows as its last parameter, to check what it met (`expect_rows`). */
  readonly checked?: boolean;
}

/** Rows gathered for one statement. */
export class RowBuffer<Row extends readonly Cell[]> {
  private readonly columns: Cell[][];
  private count = 0;

  constructor(private readonly statement: RowStatement<Row>) {
    this.columns = statement.encoders.map(() => []);
  }

  add(...row: Row): void {
    this.count++;
    for (let i = 0; i < row.length; i++) this.columns[i]?.push(row[i] ?? null);
  }

  /** Appends the statement, with its parameters, where there are rows. */
  bindTo(statements: BoundStatement[]): void {
    if (this.count === 0) return;
    const encoders = this.statement.encoders as readonly ((values: Cell[]) => Buffer)[];
    const values: (Buffer | string)[] = encoders.map((encode, i) => encode(this.columns[i] ?? []));
    if (this.statement.checked === true) values.push(String(this.count));
    statements.push({ name: this.statement.name, text: this.statement.text, values });
  }
}

/** Names a statement and its columns; the row's type follows from the encoders. */
export function rowStatement<const Row extends readonly Cell[]>(
  name: string,
  encoders: Encoders<Row>,
  text: string,
  checked = false,
): RowStatement<Row> {
  return { name, encoders, text, checked };
}
