import { MAX_ATTEMPTS, type LadderStep } from '../../../engine/index.js';
import type { ExtensionElement } from '../../extensions.js';
import type { Report } from '../../problem.js';
import { Attributes } from './attributes.js';
import { readAssignments } from './read-assignments.js';
import { readOwnCurve } from './read-curve.js';
import { readLastResort, RESORT_HINTS } from './read-last-resort.js';
import { MAX_ATTEMPT_MS } from './read-timeouts.js';

const HINTS = { ...RESORT_HINTS, attempts: 'A step says after which attempt it is reached: after="2".' };

/**
 * The `reprise:ladder` elements of a policy, ascending.
 * @param maxAttempts of the policy; null: without end
 */
export function readLadder(elements: readonly ExtensionElement[], maxAttempts: number | null, report: Report): LadderStep[] {
  const steps = elements
    .map((element, index) => readStep(element, index + 1, maxAttempts, report))
    .filter((step) => step !== null);
  const seen = new Set<number>();
  for (const { after } of steps) {
    if (seen.has(after))
      report.error(
        'invalid-retry-policy',
        `Expected one step of the ladder after attempt ${after}, but there are several`,
        'Put them into one.',
      );
    seen.add(after);
  }
  return steps.sort((a, b) => a.after - b.after);
}

function readStep(element: ExtensionElement, number: number, maxAttempts: number | null, report: Report): LadderStep | null {
  const from = new Attributes(element, `step ${number} of the ladder`, report);
  const after = from.whole('after', 1, MAX_ATTEMPTS);
  if (after === undefined) from.wrong(`Expected ${from.what} to say after which attempt, but it does not`, 'Add after="2".');
  if (typeof after === 'number' && maxAttempts !== null && after > maxAttempts)
    from.unexpected('after', `at most the ${maxAttempts} attempts of the policy`);
  const step = {
    after: after ?? 1,
    set: readAssignments(from.children('set'), report),
    curve: readOwnCurve(from),
    timeoutMs: from.duration('timeout', 1, MAX_ATTEMPT_MS) ?? null,
    notify: from.text('notify') ?? null,
    then: readLastResort(from, 'then') ?? null,
  };
  from.close(['set', 'output'], HINTS);
  if (Object.keys(element.attributes).every((name) => name === 'after') && element.children.length === 0)
    from.wrong(
      `Expected ${from.what} to do something, but it does nothing`,
      'Add reprise:set, then, notify, timeout or a curve of its own.',
    );
  return typeof after === 'number' ? step : null;
}
