import type { Accepted, Rejected, StepResult } from '../../engine/index.js';
import type { LiveInstance } from './live-instance.js';
import type { NextRun } from './next-run.js';
import type { QueuedCommand } from './queued-command.js';

/** What a command would do to an instance. */
export interface Preview {
  readonly instance: LiveInstance;
  readonly result: StepResult;
}

/** A command of a batch, and what the engine has said to it. */
export interface Stepped<R extends StepResult = StepResult> {
  readonly item: QueuedCommand;
  readonly before: LiveInstance;
  readonly result: R;
  /** Of the result, where it changes the variables. */
  readonly variablesText: string | null;
  /** Stored in the same transaction. */
  readonly next: NextRun | null;
  readonly fresh: boolean;
}

export function isAccepted(stepped: Stepped): stepped is Stepped<Accepted> {
  return stepped.result.kind === 'accepted';
}

export function isRejected(stepped: Stepped): stepped is Stepped<Rejected> {
  return stepped.result.kind === 'rejected';
}

/** Visits whose attempts, or calls, a step began. */
export function begunBy({ effects }: Accepted): number[] {
  return effects.flatMap((effect) =>
    effect.type === 'execute-attempt' || effect.type === 'start-child' ? [effect.elementInstanceId] : [],
  );
}
