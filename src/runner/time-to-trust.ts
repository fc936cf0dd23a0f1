import type { Clock } from '../application/ports/clock.js';
import type { EndedInstances } from '../application/ports/history.js';

/** A server whose clock runs ahead must not forget for all: the earlier of its time and the database's, unless a test moves it. */
export async function timeToTrust(clock: Clock, instances: EndedInstances): Promise<number> {
  const now = clock.now();
  return clock.isMovable ? now : Math.min(now, await instances.databaseTime());
}
