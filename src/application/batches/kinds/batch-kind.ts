import type { Command, InstanceStatus } from '../../../engine/index.js';
import type { BatchTarget, ChosenItem } from '../../ports/batches.js';

/** A command that batches do on each of their items. One file each; `batch-kinds.ts` lists them. */
export interface BatchKind<P extends object = object> {
  /** As clients name it. */
  readonly name: string;
  /** As the audit trail names what is done on each item. */
  readonly action: string;
  /** What the caller must be allowed to do, besides batches at all. */
  readonly permission: string;
  /** What an item is. */
  readonly target: BatchTarget;
  /** States of an instance in which the command is not refused for its state. */
  readonly from: readonly InstanceStatus[];
  /** Whether it begins an attempt, whose outcome is the outcome of the item. */
  readonly beginsAttempt: boolean;
  /** The shape of its parameters. */
  readonly parameters: new () => P;
  /** The command for one item; as it was chosen, for whatever it has become since the command is refused. */
  command(item: ChosenItem, parameters: P, correlationId: string): Command;
}

/** The failure that an item was chosen for; nothing where there was none. */
export function failureOf({ elementInstanceId, attempt }: ChosenItem): {
  failure?: { elementInstanceId: number; attempt: number };
} {
  return elementInstanceId === null || attempt === null ? {} : { failure: { elementInstanceId, attempt } };
}
