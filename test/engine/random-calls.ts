import type { Command, ElementInstance, JsonObject } from '../../src/engine/index.js';

/** The end of a child, or of a run of it that nobody waits for any more. */
export function childEnd(
  calling: ElementInstance | undefined,
  kind: 'child' | 'stale-child',
  pick: number,
  variables: JsonObject,
): Command[] {
  const outcome = (['completed', 'completed', 'failed', 'cancelled', 'not-started'] as const)[pick % 5] ?? 'completed';
  const error = outcome === 'failed' || outcome === 'not-started' ? { code: pick % 2 ? 'E1' : 'E2', message: 'no' } : null;
  const run = (calling?.run ?? 1) + (kind === 'child' ? pick % 3 : -1);
  const elementInstanceId = calling?.id ?? pick;
  const ended = { elementInstanceId, run, childGuid: 'c', outcome, variables: outcome === 'completed' ? variables : null, error };
  return [{ type: 'end-child', ended }];
}
