import { instant } from '../instance-view.js';
import type { FailureGroup, FailureGroupNotes } from '../ports/failures.js';

/** A group as clients see it. */
export function failureGroupView(group: FailureGroup): Readonly<Record<string, unknown>> {
  const { trend, samples, firstSeen, lastSeen, changedAt, snoozedUntil, ...rest } = group;
  return {
    ...rest,
    snoozedUntil: instantOrNull(snoozedUntil),
    changedAt: instantOrNull(changedAt),
    firstSeen: instant(firstSeen.getTime()),
    lastSeen: instant(lastSeen.getTime()),
    trend: trend.map(({ from, opened, settled }) => ({ from: instant(from.getTime()), opened, settled })),
    samples: samples.map(({ instanceGuid, message, at }) => ({ instanceGuid, message, at: instant(at.getTime()) })),
  };
}

/** What people have said about a group, as clients and the audit trail see it. */
export function notesView({
  state,
  snoozedUntil,
  owner,
  note,
}: FailureGroupNotes): Readonly<Record<'state' | 'snoozedUntil' | 'owner' | 'note', string | null>> {
  return { state, snoozedUntil: instantOrNull(snoozedUntil), owner, note };
}

function instantOrNull(at: Date | null): string | null {
  return at === null ? null : instant(at.getTime());
}
