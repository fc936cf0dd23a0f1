import type { Command } from 'commander';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';

/** What the server found out about the trail of the tenant. */
interface Verification {
  readonly valid: boolean;
  readonly checkedEntries: number;
  readonly sealedUpTo: string | number | null;
  readonly firstInvalid: { readonly id: number; readonly reason: string } | null;
}

/** `reprise audit verify`: that no entry was altered, inserted or removed, by the server's own check. */
export function auditVerify(audit: Command): void {
  audit
    .command('verify')
    .description('check that no entry of the audit trail was altered, inserted or removed')
    .action(
      action<[]>(async (session) => {
        const found = (await (await session.client()).verifyAuditTrail({})) as unknown as Verification;
        const { valid, checkedEntries, firstInvalid } = found;
        const sentence = valid
          ? `The audit trail is intact: ${checkedEntries} entries.`
          : `The audit trail was tampered with: entry ${firstInvalid?.id ?? '?'}, ${firstInvalid?.reason ?? 'unknown'}.`;
        session.output.one(found, {
          id: valid ? 'valid' : 'invalid',
          lines: (paint) => [paint(valid ? 'green' : 'red', sentence)],
        });
        return valid ? EXIT.done : EXIT.notVerified;
      }),
    );
}
