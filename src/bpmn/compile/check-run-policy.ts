import type { RetryPolicy } from '../../engine/index.js';
import type { Report } from '../problem.js';

/** Nobody but a person releases a run that has failed for good; no circuit is about it. */
const RESORTS = ['error', 'park'];

/** A run is closed or a person decides about it: what else a policy can say has no meaning for runs, and is not ignored in silence. */
export function checkRunPolicy(policy: RetryPolicy | null, report: Report): RetryPolicy | null {
  if (policy === null) return null;
  const other = policy.rules.find(({ action }) => action.do !== 'retry' && action.do !== 'fail');
  const found =
    policy.ladder.length > 0
      ? 'steps of a ladder'
      : !RESORTS.includes(policy.onExhausted.do)
        ? `the last resort '${policy.onExhausted.do}'`
        : other && `a rule to ${other.action.do}`;
  if (found)
    report.error(
      'unsupported-run-policy',
      `Expected the retry policy of a process or call activity to have attempts, delays, a budget and rules to retry or fail, but found ${found}`,
      'Put it on the tasks of the process.',
    );
  return policy;
}
