/** The life of server processes. All times are the database's: nodes need not agree about the time. */
export const REGISTER_NODE = {
  name: 'register-node',
  text: 'INSERT INTO server_node (host, pid) VALUES ($1, $2::integer) RETURNING node',
};

export const NODES_OF_HOST = {
  name: 'nodes-of-host',
  text: 'SELECT node, pid FROM server_node WHERE host = $1 AND dead_at IS NULL',
};

export const MARK_DEAD = {
  name: 'mark-dead',
  text: 'UPDATE server_node SET dead_at = clock_timestamp() WHERE node = ANY ($1::integer[]) AND dead_at IS NULL',
};

export const HEARTBEAT = {
  name: 'heartbeat',
  text: 'UPDATE server_node SET heartbeat_at = clock_timestamp() WHERE node = $1::integer AND dead_at IS NULL',
};

/** The row goes where the node owns nothing; else it is marked dead, so that others take over what a hurried end left. */
export const UNREGISTER_NODE = {
  name: 'unregister-node',
  text: `WITH gone AS (
     DELETE FROM server_node
     WHERE node = $1::integer AND NOT EXISTS (SELECT FROM process_instance WHERE owner_node = $1::integer OR owner_node = 0)
     RETURNING node)
   UPDATE server_node SET dead_at = clock_timestamp() WHERE node = $1::integer AND NOT EXISTS (SELECT FROM gone)`,
};

/**
 * Marks those whose lease ($1 ms) ran out, and names all that are dead. A server that was away itself until lately has heard
 * nobody: it waits for one lease before it judges. Named too is an owner without any row: a process that was taken for dead
 * and forgotten may have committed once more before it noticed. The owners are found one index probe each, however many
 * instances they own.
 */
export const DECLARE_DEAD = {
  name: 'declare-dead',
  text: `WITH RECURSIVE owner(node) AS (
     SELECT min(owner_node) FROM process_instance WHERE owner_node > 0
     UNION ALL
     SELECT (SELECT min(owner_node) FROM process_instance WHERE owner_node > owner.node) FROM owner WHERE owner.node IS NOT NULL),
   silent AS (
     UPDATE server_node SET dead_at = clock_timestamp()
     WHERE dead_at IS NULL AND heartbeat_at < clock_timestamp() - $1::float8 * interval '1 ms'
       AND pg_postmaster_start_time() < clock_timestamp() - $1::float8 * interval '1 ms'
     RETURNING node)
   SELECT node FROM silent
   UNION SELECT node FROM server_node WHERE dead_at IS NOT NULL
   UNION SELECT node FROM owner WHERE node IS NOT NULL AND NOT EXISTS (SELECT FROM server_node WHERE server_node.node = owner.node)
   ORDER BY node`,
};

/**
 * Instances with several owners (0) say in their state whose their attempts are. It is looked for in the text as it was
 * written: reading each as JSON would cost more, and a variable that looks the same only makes us look once in vain.
 */
export const FIND_OWNED = {
  name: 'find-owned',
  text: `SELECT id FROM process_instance AS instance
   WHERE owner_node IS NOT NULL
     AND (owner_node = $1::integer
       OR (owner_node = 0
         AND (position('"owner":' || $1::integer || ',' IN instance.state::text) > 0
           OR EXISTS (SELECT FROM instance_scope AS scope
             WHERE scope.instance_id = instance.id AND position('"owner":' || $1::integer || ',' IN scope.state::text) > 0))))
   LIMIT $2::integer`,
};

/** With what it held of limits, which counted no more. */
export const FORGET_NODE = {
  name: 'forget-node',
  text: `WITH gone AS (
     DELETE FROM server_node
     WHERE node = $1::integer AND dead_at IS NOT NULL AND NOT EXISTS (SELECT FROM process_instance WHERE owner_node = $1::integer)
     RETURNING node)
   DELETE FROM limit_permit USING gone WHERE limit_permit.node = gone.node`,
};
