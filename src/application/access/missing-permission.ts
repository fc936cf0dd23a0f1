import { isAllowed, type Caller } from '../caller.js';

/** The caller may send the command, but not for what it asks. Answered with HTTP 403. */
export class MissingPermission extends Error {
  override readonly name = 'MissingPermission';

  constructor(readonly permission: string) {
    super(`This token lacks the permission '${permission}'.`);
  }
}

/** @throws MissingPermission unless the caller has it */
export function requirePermission(caller: Caller, permission: string): void {
  if (!isAllowed(caller, permission)) throw new MissingPermission(permission);
}
