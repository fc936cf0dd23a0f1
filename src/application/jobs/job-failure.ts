import { instant } from '../instance-view.js';
import type { JobDone } from './job-command.js';

/** What was decided about the failure of an attempt. */
export interface JobFailureView {
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly decision: { readonly action: string; readonly reason: string };
  /** Null: no automatic attempt follows. */
  readonly nextAttemptAt: string | null;
}

/** The failure of this attempt, while its visit is open; null where it has not failed. */
export function failureOf({ visit }: JobDone, attempt: number): JobFailureView | null {
  const incident = visit?.incident;
  if (!visit || !incident || incident.attempt !== attempt) return null;
  const { code, message, decision } = incident;
  const nextAttemptAt = visit.status === 'retrying' && visit.dueAt !== null ? instant(visit.dueAt) : null;
  return { errorCode: code, errorMessage: message, decision, nextAttemptAt };
}
