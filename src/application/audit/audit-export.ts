import { Injectable } from '@nestjs/common';
import * as lines from '../../audit-proof/export-lines.js';
import { signCheckpoint, type VouchedSeal } from '../../audit-proof/checkpoint.js';
import type { AuditKey } from '../../audit-proof/audit-key.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import type { Caller } from '../caller.js';
import { AuditChain, AuditSigner, type ProofPart } from '../ports/audit-chain.js';
import { Clock } from '../ports/clock.js';
import { AuditStore, type AuditFilter } from '../ports/stores.js';
import { RequestAudit } from '../request-audit.js';
import { originOf } from '../requests/origin-of.js';
import { auditFilterOf } from './audit-filter.js';
import type { AuditExportData } from './audit-export.dto.js';

const EXPORT = 'ExportAuditTrail';

/** The audit trail as a stream, for exports, each of which is an entry itself. Whether the caller may read it is checked by who calls this. */
@Injectable()
export class AuditExport {
  constructor(
    private readonly audit: AuditStore,
    private readonly chain: AuditChain,
    private readonly signer: AuditSigner,
    private readonly requests: RequestAudit,
    private readonly clock: Clock,
  ) {}

  /** Why there can be no proof; null where there can. */
  get proofRefusal(): string | null {
    return this.signer.key === null ? this.signer.advice : null;
  }

  /** All entries of the caller's tenant that match, oldest first, some at a time, at constant memory; without that of this export. */
  async *entries(caller: Caller, data: AuditExportData, format: string): AsyncGenerator<readonly AuditEntry[]> {
    const own = await this.record(caller, data, format);
    for await (const entries of this.audit.stream(caller.tenantId, auditFilterOf(data)))
      yield entries.filter(({ id, action }) => id !== own || action !== EXPORT);
  }

  /**
   * The same as lines of NDJSON in the order of the chain, with what proves them: what `verifyAuditFile` reads. Entries that are not
   * sealed when it begins are not in it.
   */
  async *proof(caller: Caller, data: AuditExportData, format: string): AsyncGenerator<string> {
    const { key } = this.signer;
    if (key === null) throw new Error('Expected a key to sign with, but there is none');
    const { tenantId } = caller;
    const newest = await this.chain.newestSeal(tenantId);
    const unsealed = await this.chain.countUnsealed(tenantId);
    await this.record(caller, data, format);
    const given = filterGiven(data);
    yield lines.headLine({ tenantId, at: this.now(), filter: given });
    const told: Told = { last: null, entries: 0, seals: 0, isBroken: false };
    if (newest) yield* this.parts(key, tenantId, newest, given && auditFilterOf(data), told);
    if (told.isBroken) return;
    const last = told.last ?? newest;
    const { entries, seals } = told;
    yield lines.endLine(last && signCheckpoint(key, last, this.now()), { entries, seals, unsealed });
  }

  private async *parts(
    key: AuditKey,
    tenantId: string,
    newest: VouchedSeal,
    filter: AuditFilter | null,
    told: Told,
  ): AsyncGenerator<string> {
    for await (const part of this.chain.prove(tenantId, newest, filter)) yield this.line(key, part, told);
  }

  private line(key: AuditKey, part: ProofPart, told: Told): string {
    switch (part.kind) {
      case 'removal':
        return lines.removalLine(part.removal);
      case 'seal':
        told.last = part.seal;
        told.seals++;
        return lines.sealLine(part.seal);
      case 'entries':
        told.entries += part.entries.length;
        return part.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      case 'gap':
        return lines.checkpointLine(signCheckpoint(key, part.after, this.now()));
      case 'broken':
        told.isBroken = true;
        return lines.brokenLine(part.reason);
    }
  }

  private async record(caller: Caller, data: AuditExportData, format: string): Promise<number> {
    const detail = { format, proof: data.proof === true, filter: filterGiven(data) };
    return this.requests.record(originOf(caller, EXPORT, this.clock.now(), { detail }), 'succeeded');
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** What was written so far. */
interface Told {
  last: VouchedSeal | null;
  entries: number;
  seals: number;
  isBroken: boolean;
}

const NO_FILTER = new Set(['proof', 'pageSize', 'cursor']);

/** What the caller has chosen the entries by; null: nothing. */
function filterGiven(data: AuditExportData): Record<string, unknown> | null {
  const given = Object.entries(data).filter(([name, value]) => value !== undefined && !NO_FILTER.has(name));
  return given.length === 0 ? null : Object.fromEntries(given);
}
