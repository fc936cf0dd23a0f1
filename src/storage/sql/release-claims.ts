/** Of claimed rows, those that are still claimed by this node ($5) and were not scheduled anew may be claimed again at once. */
export const RELEASE_CLAIMS = {
  name: 'release-claims',
  text: `UPDATE timer_job AS timer SET claimed_until = NULL, claimed_by = NULL
   FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[]) AS claimed(instance_id, element_instance_id, timer_node_id, due_at)
   WHERE timer.instance_id = claimed.instance_id AND timer.element_instance_id = claimed.element_instance_id
     AND timer.timer_node_id = claimed.timer_node_id AND timer.due_at = claimed.due_at AND timer.claimed_by = $5::integer`,
};

/** All that a dead node ($1) had claimed: what is claimed is due ($2, the application's time), and that has an index. */
export const RELEASE_CLAIMS_OF_NODE = {
  name: 'release-claims-of-node',
  text: `UPDATE timer_job SET claimed_until = NULL, claimed_by = NULL
   WHERE NOT held AND due_at <= $2::timestamptz AND claimed_by = $1::integer AND claimed_until IS NOT NULL`,
};
