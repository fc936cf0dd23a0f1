/** Claims start timers as `claim-due-timers` claims those of instances. There is one row for each timer start event. */
export const CLAIM_START_TIMERS = {
  name: 'claim-start-timers',
  text: `WITH due AS (
     SELECT definition_id, start_event_id FROM start_timer
     WHERE due_at <= $1::timestamptz AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
     ORDER BY due_at LIMIT $2::integer
     FOR UPDATE SKIP LOCKED),
   claimed AS (
     UPDATE start_timer AS timer
     SET claimed_by = $3::integer, claimed_until = clock_timestamp() + $4::float8 * interval '1 ms'
     FROM due
     WHERE timer.definition_id = due.definition_id AND timer.start_event_id = due.start_event_id
     RETURNING timer.definition_id, timer.start_event_id, timer.tenant_id, timer.due_at, timer.remaining)
   SELECT definition_id, start_event_id, tenant_id, (extract(epoch FROM due_at) * 1000)::bigint AS due_at, remaining
   FROM claimed ORDER BY claimed.due_at`,
};

/** To the next firing, with one firing less to come. Guarded by the old time: a second firing of the same one moves nothing. */
export const ADVANCE_START_TIMER = {
  name: 'advance-start-timer',
  text: `UPDATE start_timer SET due_at = $4::timestamptz, remaining = remaining - 1, claimed_by = NULL, claimed_until = NULL
   WHERE definition_id = $1::bigint AND start_event_id = $2 AND due_at = $3::timestamptz`,
};

export const END_START_TIMER = {
  name: 'end-start-timer',
  text: 'DELETE FROM start_timer WHERE definition_id = $1::bigint AND start_event_id = $2 AND due_at = $3::timestamptz',
};
