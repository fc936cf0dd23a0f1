import { STATE_NOW } from '../readers/failure-group-list.js';

const GROUP = `grp.tenant_id AS "tenantId", grp.fingerprint AS "groupId", grp.process_key AS "processKey", grp.element_id AS "activityId",
  grp.code AS "errorCode", grp.error_class AS "errorClass", grp.pattern`;

/** `failure_group_new` serves it. Failures themselves never wait for the lock: they only insert groups. */
export const CLAIM_NEW_GROUPS = `
  SELECT ${GROUP} FROM failure_group AS grp WHERE announced_at IS NULL ORDER BY first_seen_at LIMIT $1::integer FOR UPDATE SKIP LOCKED`;

/** The time is the application's, as that of the incidents. `incident_open_fingerprint` finds the oldest of a group. */
export const CLAIM_NEGLECTED_GROUPS = `
  SELECT ${GROUP}, counted.open AS count, oldest.opened_at AS "oldestAt"
  FROM escalation_rule AS rule
  JOIN failure_group AS grp ON grp.tenant_id = rule.tenant_id
  JOIN LATERAL (
    SELECT sum(opened - settled)::bigint AS open FROM failure_count WHERE failure_count.fingerprint = grp.fingerprint) AS counted
    ON counted.open >= rule.min_count
  JOIN LATERAL (
    SELECT opened_at FROM incident WHERE incident.fingerprint = grp.fingerprint AND resolved_at IS NULL ORDER BY opened_at LIMIT 1) AS oldest
    ON oldest.opened_at <= $1::timestamptz - rule.older_than_ms * interval '1 millisecond'
  WHERE ${STATE_NOW('$1')} = 'open'
    AND (grp.escalated_at IS NULL OR grp.escalated_at <= $1::timestamptz - rule.repeat_every_ms * interval '1 millisecond')
  ORDER BY oldest.opened_at LIMIT $2::integer FOR UPDATE OF grp SKIP LOCKED`;
