import type { Column } from './output.js';

/** A column for each of these keys of an object. */
export function columnsOf<Item extends object>(...names: readonly (keyof Item & string)[]): Column<Item>[] {
  return names.map((name) => ({ name, of: (item) => item[name] }));
}
