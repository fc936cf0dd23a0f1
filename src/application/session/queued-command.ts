import type { Command, Rejected, StepReport } from '../../engine/index.js';
import type { InstanceHeader, InstanceKey } from '../ports/instance-store.js';
import type { LiveInstance } from './live-instance.js';
import type { ApplyOptions } from './origin.js';

/** Lost races after which a command gives up; each one means that another node moved the instance. */
const CONFLICTS = 20;
/** Lost races after which a batch is no longer tried as a whole. */
export const CONFLICTS_TOGETHER = 3;

/** What became of a command. */
export type SessionResult =
  | {
      readonly kind: 'done';
      readonly instance: LiveInstance;
      readonly report: StepReport;
      /** Element instances whose attempts, or calls, this command began. */
      readonly begun: readonly number[];
    }
  | { readonly kind: 'rejected'; readonly instance: LiveInstance; readonly rejected: Rejected }
  | { readonly kind: 'not-found' };

/** A command on its way, and who waits for it. */
export interface QueuedCommand {
  readonly key: string;
  readonly target: InstanceKey;
  /** Set for a start: the instance probably does not exist yet. */
  readonly header: InstanceHeader | null;
  readonly command: Command;
  readonly options: ApplyOptions;
  /** What this node remembers of the instance turned out to be old: read it. */
  reread: boolean;
  /** Lost races. */
  conflicts: number;
  readonly resolve: (result: SessionResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A message, a call or an item that has gone does not come back: soon given up, so that who brought it decides. */
export function mayTryAgain({ conflicts, options }: QueuedCommand): boolean {
  const mayHaveGone =
    options.consumedMessageId !== undefined || options.consumedCall !== undefined || options.batchItem !== undefined;
  return conflicts < (mayHaveGone ? CONFLICTS_TOGETHER : CONFLICTS);
}
