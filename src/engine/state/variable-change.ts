import type { JsonObject, JsonValue } from './json.js';

/** One variable before and after. */
export interface VariableChange {
  readonly path: string;
  /** Null where there was none. */
  readonly before: JsonValue;
  /** Null where there is none any more. */
  readonly after: JsonValue;
}

/** A variable as changes name it: a JSON Pointer (RFC 6901). */
export function variablePath(name: string): string {
  return `/variables/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * Why process variables were written: by the end of a visit (`result`), with a modelled error (`error`), by a policy's ladder or last
 * resort, by an attempt that failed and takes back what its retry had set (`undo`), or by a person's command.
 */
export type VariableCause =
  | 'result'
  | 'error'
  | 'ladder'
  | 'last-resort'
  | 'undo'
  | 'retry-failed-task'
  | 'skip-failed-task'
  | 'resume-process-instance'
  | 'set-process-variables'
  | 'step-backward';

/** Process variables were written once, within a step. What a name was before may be what it is after. */
export interface VariableWrite {
  readonly cause: VariableCause;
  /** The visit that it belongs to; null: it is about the instance. */
  readonly elementInstanceId: number | null;
  /** Visits that had been entered by then: one with a higher number has seen what was written. */
  readonly entered: number;
  /** The names that were written or removed; all others are the same before and after. */
  readonly names: readonly string[];
  readonly before: JsonObject;
  readonly after: JsonObject;
}
