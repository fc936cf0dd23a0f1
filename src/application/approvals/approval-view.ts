import { instant } from '../instance-view.js';
import type { Approval } from '../ports/approvals.js';

/** A request for approval as clients see it. */
export function approvalView(approval: Approval): Readonly<Record<string, unknown>> {
  const { id, command, data, instanceGuid, reason, dryRun, status, requestedBy, decidedBy, comment, answer } = approval;
  return {
    approvalId: String(id),
    command,
    data,
    instanceGuid,
    reason,
    dryRun,
    status,
    requestedBy,
    requestedAt: instant(approval.requestedAt.getTime()),
    expiresAt: instant(approval.expiresAt.getTime()),
    decidedBy,
    decidedAt: approval.decidedAt === null ? null : instant(approval.decidedAt.getTime()),
    comment,
    answer,
  };
}

/** The number of an approval, as clients name it; null: none can have it. */
export function approvalIdOf(text: string | number): number | null {
  const id = Number(text);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
