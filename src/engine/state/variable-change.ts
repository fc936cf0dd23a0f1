import type { JsonValue } from './json.js';

/** One variable before and after. */
export interface VariableChange {
  readonly path: string;
  /** Null where there was none. */
  readonly before: JsonValue;
  /** Null where there is none any more. */
  readonly after: JsonValue;
}
