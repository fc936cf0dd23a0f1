import type { JsonValue } from '../../../engine/index.js';
import { OptionalInt, OptionalJson } from '../../requests/fields.js';
import { HeldJobData, LOCK_MS } from '../job-fields.js';

/** Kept in the instance's state, which every step writes. */
const DETAILS_MAX_BYTES = 65_536;

/** A sign of life. */
export class RecordHeartbeatData extends HeldJobData {
  @OptionalJson(
    'How far the work has come, for the next attempt; up to 64 KiB. What was said before stays without it.',
    DETAILS_MAX_BYTES,
  )
  details?: JsonValue;

  @OptionalInt('The lock ends no earlier than this from now, in ms; 60,000 without it.', LOCK_MS.min, LOCK_MS.max)
  lockDurationMs?: number;
}
