import type { Command } from 'commander';
import { action } from '../action.js';

/** `reprise audit checkpoint`: a signed statement of where the chain stands, to be kept elsewhere. */
export function auditCheckpoint(audit: Command): void {
  audit
    .command('checkpoint')
    .description('sign where the chain stands now; keep it (-o json) outside of the database, for: audit verify --checkpoint')
    .action(
      action<[]>(async (session) => {
        const checkpoint = await (await session.client()).getAuditCheckpoint({});
        const { sealNo, hash, at, keyId, publicKey } = checkpoint;
        session.output.one(checkpoint, {
          id: hash,
          lines: () => [`Seal ${sealNo} of ${at}, hash ${hash}, signed by key ${keyId}:`, publicKey.trim()],
        });
        return undefined;
      }),
    );
}
