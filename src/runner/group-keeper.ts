import { Injectable } from '@nestjs/common';
import { systemCaller } from '../application/caller.js';
import { instant } from '../application/instance-view.js';
import { Clock } from '../application/ports/clock.js';
import { EscalationStore, type NeglectedGroup, type ToldGroup } from '../application/ports/escalations.js';
import { RequestAudit } from '../application/request-audit.js';
import { originOf } from '../application/requests/origin-of.js';
import type { AuditEntry } from '../contract/audit-entry.js';
import { RepeatedLook } from './repeated-look.js';

/** Between looks, in ms. */
const LOOK_MS = 2_000;
/** Groups told of in one transaction. */
const AT_ONCE = 100;

/** Tells, by entries in the audit trail, of groups of failures that are new and of those that nobody looks after. */
@Injectable()
export class GroupKeeper {
  private readonly looks = new RepeatedLook(() => this.look(), LOOK_MS);

  constructor(
    private readonly store: EscalationStore,
    private readonly audit: RequestAudit,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.looks.start();
  }

  stop(): Promise<void> {
    return this.looks.stop();
  }

  private async look(): Promise<void> {
    const now = this.clock.now();
    const at = new Date(now);
    const opened = await this.store.announce(at, AT_ONCE, (group) => this.entry('FailureGroupOpened', group, now, {}));
    const escalated = await this.store.escalate(at, AT_ONCE, (group) =>
      this.entry('FailureGroupEscalated', group, now, neglectOf(group, now)),
    );
    if (opened + escalated > 0) this.audit.written();
  }

  private entry(action: string, { tenantId, ...group }: ToldGroup, now: number, more: object): AuditEntry {
    const { groupId, processKey, activityId, errorCode, errorClass, pattern } = group;
    const detail = { groupId, activityId, errorCode, errorClass, pattern, ...more };
    return this.audit.entry(originOf(systemCaller(tenantId, groupId), action, now, { detail }), 'succeeded', { processKey });
  }
}

function neglectOf({ count, oldestAt }: NeglectedGroup, now: number): Readonly<Record<string, unknown>> {
  return { count, oldestAt: instant(oldestAt.getTime()), ageMs: now - oldestAt.getTime() };
}
