import { DELETE_WITH_INSTANCES } from './delete-with-instances.js';

/** Epoch ms by the database's clock, which is one for all nodes. */
export const DATABASE_TIME = {
  name: 'database-time',
  text: 'SELECT (extract(epoch FROM now()) * 1000)::bigint AS now',
};

/**
 * The definition to look at next, by the instances themselves: those of a definition whose row is gone have their time too. One
 * entry of `process_instance_definition` is read; instances go by definition, in the order of that index, which listings need.
 */
export const NEXT_DEFINITION = {
  name: 'next-definition',
  text: 'SELECT definition_id AS id FROM process_instance WHERE definition_id > $1::bigint ORDER BY definition_id LIMIT 1',
};

/**
 * Of the next $5 instances of a definition ($1) after ($2, $3), oldest first, those that began and ended before $4 go, with
 * their history. What has not ended is passed over, once in a pass, so that the time of the statement is bounded by what it
 * looks at and not by what it finds. `process_instance_definition` serves it: an index on `ended_at` would cost each instance
 * an entry more, on the commit path. An ended instance never changes again; one that another transaction has locked is being
 * deleted there and is passed over, as is one whose caller or children have not been told yet, so that no two wait for each other, in whatever order they delete.
 */
export const REMOVE_ENDED_INSTANCES = {
  name: 'remove-ended-instances',
  text: `WITH seen AS (
     SELECT id, started_at, ended_at FROM process_instance
     WHERE definition_id = $1::bigint AND (started_at, id) > ($2::timestamptz, $3::bigint) AND started_at < $4::timestamptz
     ORDER BY started_at, id LIMIT $5::integer),
   locked AS (
     SELECT instance.id FROM seen JOIN process_instance AS instance ON instance.id = seen.id
     WHERE seen.ended_at < $4::timestamptz AND NOT EXISTS (SELECT FROM instance_call AS call WHERE call.instance_id = seen.id)
     FOR UPDATE OF instance SKIP LOCKED),
   gone AS (
     DELETE FROM process_instance AS instance USING locked WHERE instance.id = locked.id
     RETURNING instance.id, instance.started_at),
   ${DELETE_WITH_INSTANCES}
   SELECT started_at::text AS started_at, id, (SELECT count(*) FROM gone) AS removed
   FROM seen ORDER BY seen.started_at DESC, id DESC LIMIT 1`,
};
