import type { Expression, JsonObject, Mapping, RetryPolicy, UserAction, Work, WorkTimeouts } from '../engine/index.js';
import type { Report } from './problem.js';

/** What the dialects' extensions say about one flow node, in one vocabulary. Undefined: not said. */
export interface Settings {
  readonly work?: WorkSetting;
  readonly resultVariable?: string | null;
  readonly inputs?: readonly Mapping[];
  readonly outputs?: readonly Mapping[];
  readonly retryPolicy?: RetryPolicy | null;
  readonly message?: MessageSetting;
  readonly actions?: readonly UserAction[];
  readonly call?: CallSetting;
  /** A script that names the flow to take. */
  readonly gatewayScript?: string;
  readonly delivery?: Work['delivery'];
  /** Time-out of an attempt, where what is to be done stands elsewhere (`bpmn:script`, another dialect). In ms. */
  readonly timeoutMs?: number;
  /** What bounds the attempts besides that. */
  readonly timeouts?: WorkTimeouts;
  /** Language of a script that stands in `bpmn:script`, where the dialect says it. */
  readonly scriptLanguage?: string;
}

/** Which connector does a task's work. */
export interface WorkSetting {
  readonly connector: string;
  readonly config: JsonObject;
  readonly timeoutMs: number | null;
}

/** What a call activity calls, and which variables go with it, as far as the dialect says it. */
export interface CallSetting {
  readonly calledProcess?: Expression;
  readonly passesAll: boolean;
  readonly returnsAll: boolean;
}

/** Name null: not said here. */
export interface MessageSetting {
  readonly name: string | null;
  readonly correlationKey: Expression | null;
}

/** One setting said by several dialects must not differ silently: it is an error. */
export function mergeSettings(all: readonly Settings[], report: Report): Settings {
  const merged: Record<string, unknown> = {};
  for (const settings of all) {
    for (const [name, value] of Object.entries(settings)) {
      if (value === undefined) continue;
      if (name in merged)
        report.error('conflicting-settings', `Expected ${name} to be said once, but two dialects say it`, 'Keep one of them.');
      merged[name] = value;
    }
  }
  return merged;
}
