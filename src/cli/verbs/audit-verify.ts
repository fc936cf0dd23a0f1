import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { verifyAuditFile, type FileVerification } from '../../audit-proof/verify-audit-file.js';
import type { AuditCheckpoint, RepriseClient } from '../../sdk/client.js';
import { action } from '../action.js';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { repeated } from '../input/numbers.js';
import { readText } from '../input/read-text.js';
import type { Output } from '../output/output.js';

const HOW_TO_EXPORT = 'Export it with: reprise audit export --proof --to-file file.ndjson';
const HOW_TO_TRUST = 'Name the public key of the server with --key. It stands in: reprise audit checkpoint -o json';

interface VerifyOptions {
  readonly key?: readonly string[];
  readonly checkpoint?: string;
}

/** What the server found out about the trail of the tenant. */
interface TrailVerification {
  readonly valid: boolean;
  readonly checkedEntries: number;
  readonly firstInvalid: { readonly id: number; readonly reason: string } | null;
}

/** `reprise audit verify [file]`: that nothing was altered: of the trail by the server's check, of an export without the server. */
export function auditVerify(audit: Command): void {
  audit
    .command('verify')
    .argument('[file]', 'an export with proof, checked without the server; - is the standard input')
    .description('check that no entry of the audit trail was altered, inserted or removed')
    .option('--checkpoint <file>', 'a checkpoint that was kept: the chain must still hold it')
    .option('--key <file>', 'a public key (PEM) that is trusted: of the server that signed; several times: several', repeated)
    .action(
      action<[file: string | undefined], VerifyOptions>(async (session, [file], { key = [], checkpoint }) => {
        const kept = checkpoint === undefined ? undefined : checkpointIn(await readText(checkpoint), checkpoint);
        const trustedKeys = await Promise.all(key.map(readText));
        if (file === undefined) return showTrail(session.output, await verifyTrail(await session.client(), trustedKeys, kept));
        if (trustedKeys.length === 0) throw new CliError('Expected a key that is trusted, but none is named.', HOW_TO_TRUST);
        const lines = createInterface({ input: await openLines(file), crlfDelay: Infinity });
        return showFile(session.output, await verifyAuditFile(lines, { trustedKeys, checkpoint: kept }).catch(refuseKey));
      }),
    );
}

async function verifyTrail(
  client: RepriseClient,
  trustedKeys: readonly string[],
  checkpoint: AuditCheckpoint | undefined,
): Promise<TrailVerification> {
  const trust = { ...(trustedKeys.length > 0 && { trustedKeys }), ...(checkpoint && { checkpoint: { ...checkpoint } }) };
  return (await client.verifyAuditTrail(trust)) as unknown as TrailVerification;
}

function showTrail(output: Output, found: TrailVerification): typeof EXIT.done | typeof EXIT.notVerified {
  const { valid, checkedEntries, firstInvalid } = found;
  const sentence = valid
    ? `The audit trail is intact: ${checkedEntries} entries.`
    : `The audit trail was tampered with: entry ${firstInvalid?.id ?? '?'}, ${firstInvalid?.reason ?? 'unknown'}.`;
  return show(output, { ...found }, valid, [sentence]);
}

function showFile(output: Output, found: FileVerification): typeof EXIT.done | typeof EXIT.notVerified {
  const { valid, complete, checkedEntries, sealsChecked, removedEntries, unsealedEntries, firstInvalid, keyId } = found;
  const notes = [
    complete ? 'It holds all entries up to its last seal.' : 'That nothing is missing is not said: it is of a filter.',
    ...(removedEntries > 0 ? [`${removedEntries} entries had had their time and are stated to be removed.`] : []),
    ...(unsealedEntries > 0 ? [`${unsealedEntries} entries were not sealed yet, and are not in it.`] : []),
  ];
  const sentence = valid
    ? `The export is intact: ${checkedEntries} entries in ${sealsChecked} seals, signed by key ${keyId ?? '?'}.`
    : `The export is not as it was: line ${firstInvalid?.line ?? '?'}, ${firstInvalid?.reason ?? 'unknown'}.`;
  return show(output, { ...found }, valid, valid ? [sentence, ...notes] : [sentence]);
}

function show(
  output: Output,
  found: object,
  valid: boolean,
  lines: readonly string[],
): typeof EXIT.done | typeof EXIT.notVerified {
  const [first = '', ...rest] = lines;
  output.one(found, {
    id: valid ? 'valid' : 'invalid',
    lines: (paint) => [paint(valid ? 'green' : 'red', first), ...rest],
  });
  return valid ? EXIT.done : EXIT.notVerified;
}

async function openLines(file: string): Promise<NodeJS.ReadableStream> {
  if (file === '-') return process.stdin;
  await access(file).catch(() => {
    throw new CliError(`Expected a file '${file}', but it cannot be read.`, HOW_TO_EXPORT);
  });
  return createReadStream(file);
}

function checkpointIn(json: string, file: string): AuditCheckpoint {
  try {
    return JSON.parse(json) as AuditCheckpoint;
  } catch {
    throw new CliError(
      `Expected '${file}' to hold a checkpoint as JSON, but it does not.`,
      'Keep one with: reprise audit checkpoint -o json',
    );
  }
}

function refuseKey(error: unknown): never {
  if (error instanceof RangeError) throw new CliError(error.message, HOW_TO_TRUST);
  throw error;
}
