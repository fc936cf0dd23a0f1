import { int4Array, int8Array, textArray, timestampArray } from '../connection/binary-array.js';
import { rowStatement } from '../connection/row-buffer.js';

/** The item is acted on by one step only, and by none once its batch is paused, stopped or aborted: aborts else. */
export const beginBatchItems = rowStatement<[batchId: number, itemNo: number, becomes: string, statusAfter: string, at: number]>(
  'begin-batch-items',
  [int8Array, int4Array, textArray, textArray, timestampArray],
  `WITH begun AS (
     UPDATE batch_item AS item SET state = step.becomes, started_at = step.at,
       status_after = CASE WHEN step.becomes = 'done' THEN step.status_after END,
       ended_at = CASE WHEN step.becomes = 'done' THEN step.at END
     FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[])
            AS step(batch_id, item_no, becomes, status_after, at)
       JOIN batch ON batch.id = step.batch_id AND batch.status = 'running'
     WHERE item.batch_id = step.batch_id AND item.item_no = step.item_no AND item.state = 'pending'
     RETURNING 1)
   SELECT expect_rows(count(*), $6::bigint) FROM begun`,
  true,
);

/** Only what has not ended: the first word counts, should two servers believe that they run the batch. */
export const endBatchItems = rowStatement<
  [
    batchId: number,
    itemNo: number,
    state: string,
    statusAfter: string | null,
    errorCode: string | null,
    errorMessage: string | null,
    reason: string | null,
    endedAt: number,
  ]
>(
  'end-batch-items',
  [int8Array, int4Array, textArray, textArray, textArray, textArray, textArray, timestampArray],
  `UPDATE batch_item AS item SET state = ended.state, status_after = ended.status_after, error_code = ended.error_code,
     error_message = ended.error_message, reason = ended.reason, started_at = coalesce(item.started_at, ended.ended_at),
     ended_at = ended.ended_at
   FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
     AS ended(batch_id, item_no, state, status_after, error_code, error_message, reason, ended_at)
   WHERE item.batch_id = ended.batch_id AND item.item_no = ended.item_no AND item.state IN ('pending', 'running')`,
);
