import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../contract/audit-entry.js';
import { refused, type Answer } from '../contract/answer.js';
import { claimOf } from './caller.js';
import { Wakeups } from './ports/attempts.js';
import { Clock } from './ports/clock.js';
import { InstanceStore } from './ports/instance-store.js';
import { AuditStore } from './ports/stores.js';
import { requestEntry, type CommandOrigin, type EntrySubject } from './session/origin.js';

/** Audit entries of commands that are no step of an instance: on definitions, tokens and the clock, and early refusals. */
@Injectable()
export class RequestAudit {
  constructor(
    private readonly audit: AuditStore,
    private readonly ids: InstanceStore,
    private readonly clock: Clock,
    private readonly wakeups: Wakeups,
  ) {}

  /** An entry for a store to write in the transaction of its change. Call `written` when that is committed. */
  entry(origin: CommandOrigin, outcome: AuditEntry['outcome'], subject: EntrySubject = {}): AuditEntry {
    return requestEntry({ id: this.ids.nextId(), at: new Date(this.clock.now()).toISOString() }, origin, outcome, {}, subject);
  }

  /** Lets the entries be sealed. */
  written(): void {
    this.wakeups.auditWritten();
  }

  /** Writes an entry of its own and gives its id. That of a command that was done makes its claim good; a refusal may as well be repeated. */
  async record(origin: CommandOrigin, outcome: AuditEntry['outcome'], subject: EntrySubject = {}): Promise<number> {
    const underClaim = outcome === 'succeeded' ? claimOf(origin.caller) : null;
    const entry = this.entry(origin, outcome, subject);
    await this.audit.append([entry], underClaim);
    this.written();
    return entry.id;
  }

  /** A refusal, audited and answered. */
  async refuse<T>(
    origin: CommandOrigin,
    message: string,
    data: T,
    statusCode: string,
    subject: EntrySubject = {},
  ): Promise<Answer<T>> {
    const detail = { ...origin.detail, reason: message };
    await this.record({ ...origin, detail }, 'refused', subject);
    return refused(message, data, statusCode);
  }
}
