import { instant } from '../instance-view.js';
import type { LimitInUse } from '../ports/limits.js';

/** A limit as clients see it. */
export function limitView({ setAt, ...limit }: LimitInUse): Readonly<Record<string, unknown>> {
  return { ...limit, setAt: instant(setAt.getTime()) };
}
