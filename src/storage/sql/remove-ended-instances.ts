import { DELETE_WITH_INSTANCES } from './delete-with-instances.js';

/** The definition to look at next; instances go by definition, in the order of the index that is there for listings. */
export const NEXT_DEFINITION = {
  name: 'next-definition',
  text: 'SELECT id FROM process_definition WHERE id > $1::bigint ORDER BY id LIMIT 1',
};

/**
 * Of the next $5 instances of a definition ($1) after ($2, $3), oldest first, those that began and ended before $4 go, with
 * their history. What has not ended is passed over, once in a pass, so that the time of the statement is bounded by what it
 * looks at and not by what it finds. `process_instance_definition` serves it: an index on `ended_at` would cost each instance
 * an entry more, on the commit path. An ended instance never changes again; two nodes delete in the same order.
 */
export const REMOVE_ENDED_INSTANCES = {
  name: 'remove-ended-instances',
  text: `WITH seen AS (
     SELECT id, started_at, ended_at FROM process_instance
     WHERE definition_id = $1::bigint AND (started_at, id) > ($2::timestamptz, $3::bigint) AND started_at < $4::timestamptz
     ORDER BY started_at, id LIMIT $5::integer),
   gone AS (
     DELETE FROM process_instance AS instance USING seen
     WHERE instance.id = seen.id AND seen.ended_at < $4::timestamptz
     RETURNING instance.id, instance.started_at),
   ${DELETE_WITH_INSTANCES}
   SELECT started_at::text AS started_at, id, (SELECT count(*) FROM gone) AS removed
   FROM seen ORDER BY seen.started_at DESC, id DESC LIMIT 1`,
};
