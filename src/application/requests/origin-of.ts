import type { CommandOrigin } from '../session/origin.js';
import type { Caller } from '../caller.js';

/** The origin of a command, for its audit entry. */
export function originOf(
  caller: Caller,
  action: string,
  now: number,
  said: {
    comment?: string | undefined;
    claimedBy?: string | undefined;
    detail?: Readonly<Record<string, unknown>> | undefined;
    changes?: CommandOrigin['changes'];
  } = {},
): CommandOrigin {
  return {
    caller,
    action,
    comment: said.comment ?? null,
    claimedBy: said.claimedBy ?? null,
    detail: caller.approval ? { ...said.detail, approval: caller.approval } : (said.detail ?? null),
    changes: said.changes,
    receivedAt: now,
  };
}
