/** Entries of one statement. */
const AT_ONCE = 200_000;
export const WEEKS = 16;
const WEEK_MS = 7 * 86_400_000;

/**
 * Entries spread evenly over the weeks that end now: most of them starts, some retries; a few actors and tasks are found in
 * three entries only. Digests are no true ones: what is measured here does not look at them.
 */
const FILL = `
  INSERT INTO audit_entry (tenant_id, at, id, actor_type, actor_id, actor_claimed, action, outcome, instance_guid, process_key, task_id,
    attempt, comment, changes, status_before, status_after, duration_ms, correlation_id, detail, digest)
  SELECT 'default', date_trunc('milliseconds', $3::timestamptz + n * $4::float8 * interval '1 millisecond'), 1000000000 + n, 'user',
    CASE WHEN n % 3333333 = 7 THEN 'rare-actor' ELSE 'user-' || n % 200 END,
    CASE WHEN n % 50 = 0 THEN 'clerk-' || n % 1000 END,
    CASE WHEN n % 3333333 = 7 THEN 'RareAction' WHEN n % 10 < 6 THEN 'StartProcessInstance' WHEN n % 10 < 8 THEN 'SignalProcessInstance'
      WHEN n % 10 = 8 THEN 'RetryFailedTask' ELSE 'RetryScheduled' END,
    CASE WHEN n % 100000 = 11 THEN 'refused' WHEN n % 25 = 0 THEN 'failed' ELSE 'succeeded' END,
    'loan-' || n / 4, CASE WHEN n % 3333333 = 7 THEN 'RareProcess' ELSE 'process-' || n % 40 END,
    CASE WHEN n % 3333333 = 7 THEN 'RareTask' WHEN n % 10 >= 6 THEN 'Task_' || n % 300 END, CASE WHEN n % 10 >= 6 THEN 1 END,
    CASE WHEN n % 3333333 = 7 THEN 'the needle' WHEN n % 20 = 0 THEN 'timeout raised, bureau is slow today' END, '[]',
    'error', 'running', 12.5, 'c-' || n, CASE WHEN n % 10 >= 8 THEN '{"reason":"attempt 1 of 3 failed","nextAttemptAt":null}'::json END,
    decode(repeat(md5(n::text), 2), 'hex')
  FROM generate_series($1::bigint, $2::bigint) AS n`;

/**
 * @param {import('pg').Client} database Migrated, with the partitions of these weeks.
 * @param {number} count
 * @param {number} now Epoch ms of the newest.
 */
export async function fillTrail(database, count, now) {
  const span = WEEKS * WEEK_MS - WEEK_MS / 2;
  for (let from = 1; from <= count; from += AT_ONCE) {
    const values = [from, Math.min(from + AT_ONCE - 1, count), new Date(now - span).toISOString(), span / count];
    await database.query(FILL, values);
  }
  await database.query('VACUUM (ANALYZE) audit_entry');
}

/** When the oldest of them is written. @param {number} now */
export function beginOfTrail(now) {
  return now - WEEKS * WEEK_MS;
}
