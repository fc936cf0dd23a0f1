import { BATCH_COLUMNS, ITEM_COLUMNS } from '../readers/batch-rows.js';

/**
 * Batches at work that this node ($1) runs already, or that nobody does, are its for $2 ms: at most $3. Time is the database's: a
 * frozen node loses what it had, and its items are fenced by their state.
 */
export const CLAIM_BATCHES = {
  name: 'claim-batches',
  text: `WITH free AS (
     SELECT id FROM batch WHERE status IN ('running', 'aborting')
       AND (owner_node = $1::integer OR leased_until IS NULL OR leased_until < clock_timestamp())
     ORDER BY (owner_node = $1::integer) DESC NULLS LAST, id LIMIT $3::integer FOR UPDATE SKIP LOCKED)
   UPDATE batch SET owner_node = $1::integer, leased_until = clock_timestamp() + $2::double precision * interval '1 millisecond'
   FROM free WHERE batch.id = free.id RETURNING ${BATCH_COLUMNS}`,
};

export const RELEASE_BATCH = {
  name: 'release-batch',
  text: 'UPDATE batch SET owner_node = NULL, leased_until = NULL WHERE id = $2::bigint AND owner_node = $1::integer',
};

/** How the batch stands after the time that its run was at work is added. */
export const KEEP_BATCH = {
  name: 'keep-batch',
  text: 'UPDATE batch SET active_ms = active_ms + $2::double precision WHERE id = $1::bigint RETURNING status',
};

/** $2 null: in any state. `batch_item_unended` serves what has not ended, of which there may be few among many. */
export const BATCH_ITEMS = {
  name: 'batch-items',
  text: `SELECT ${ITEM_COLUMNS} FROM batch_item
   WHERE batch_id = $1::bigint AND item_no > $3::integer AND ($2::text[] IS NULL OR state = ANY ($2::text[]))
   ORDER BY item_no LIMIT $4::integer`,
};

/** The same for those that have not begun, which the run reads again and again. */
export const PENDING_ITEMS = {
  name: 'pending-items',
  text: `SELECT ${ITEM_COLUMNS} FROM batch_item
   WHERE batch_id = $1::bigint AND state = 'pending' AND item_no > $2::integer ORDER BY item_no LIMIT $3::integer`,
};

/** Of the first batch that ended before $1, up to 10,000 items; with the last of them, the batch. A row while there was one. */
export const REMOVE_ENDED_BATCH = `
  WITH old AS (SELECT id FROM batch WHERE ended_at < $1::timestamptz ORDER BY id LIMIT 1),
    chosen AS (
      SELECT batch_id, item_no FROM batch_item JOIN old ON batch_item.batch_id = old.id ORDER BY item_no LIMIT 10000),
    gone AS (
      DELETE FROM batch_item AS item USING chosen WHERE item.batch_id = chosen.batch_id AND item.item_no = chosen.item_no),
    ended AS (DELETE FROM batch USING old WHERE batch.id = old.id AND (SELECT count(*) FROM chosen) < 10000)
  SELECT id FROM old`;
