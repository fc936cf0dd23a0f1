import { freeText } from '../stores/stored-text.js';

/** The conditions of a WHERE clause and the parameters they name, gathered together. */
export class SqlCondition {
  private readonly conditions: string[] = [];
  readonly parameters: unknown[] = [];

  /** The placeholder of a value. U+0000, which no column holds, is replaced: it then matches nothing rather than failing. */
  bind(value: unknown): string {
    this.parameters.push(storable(value));
    return `$${this.parameters.length}`;
  }

  /** All conditions must hold. */
  and(condition: string): void {
    this.conditions.push(condition);
  }

  /** `column = value`, unless there is no value to compare. */
  andEquals(column: string, value: unknown): void {
    if (value !== undefined) this.and(`${column} = ${this.bind(value)}`);
  }

  /** Never empty: every query is at least about one tenant. */
  get text(): string {
    if (this.conditions.length === 0) throw new Error('Expected a condition, but there is none');
    return this.conditions.join(' AND ');
  }
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return freeText(value);
  return Array.isArray(value) ? value.map(storable) : value;
}
