/** Row ids of copies begin here, far from those that the server has given out, and new ones begin behind them. */
const FIRST_ID = 1_000_000_000;
const NEXT_ID = 2_000_000_000;
/** An instance has fewer audit entries than this. */
const ENTRIES = 16;
const AT_ONCE = 50_000;

/** All tables with a row, or several, per instance; their partitions are filled through them. Generated columns fill themselves. */
const TABLES = `
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
GROUP BY c.relname
HAVING 'instance_id' = ANY (array_agg(a.attname)) OR c.relname IN ('process_instance', 'audit_entry')`;

/**
 * Copies all rows of one instance, whatever tables the schema has, `count` times; each copy is an instance of its own.
 * @param {import('pg').Client} database
 * @param {string} guid
 * @param {number} count
 * @param {number} offset Copies that there are already.
 */
export async function copyInstance(database, guid, count, offset) {
  const { rows: tables } = await database.query(TABLES);
  const { rows } = await database.query('SELECT id FROM process_instance WHERE guid = $1', [guid]);
  const sample = { id: rows[0].id, guid };
  for (const table of tables) {
    const statement = copyStatement(table);
    const key = statement.byGuid ? sample.guid : sample.id;
    for (let from = offset + 1; from <= offset + count; from += AT_ONCE) {
      await database.query(statement.text, [key, from, Math.min(from + AT_ONCE - 1, offset + count)]);
    }
  }
  await database.query(`SELECT setval('id_block', ${NEXT_ID})`);
}

/** @param {{ name: string, columns: string[] }} table */
function copyStatement({ name, columns }) {
  const byGuid = !columns.includes('instance_id') && columns.includes('instance_guid');
  const key = byGuid ? 'instance_guid' : columns.includes('instance_id') ? 'instance_id' : 'id';
  const values = columns.map((column) => {
    if (column === 'guid' || column === 'instance_guid') return `'copy-' || copy`;
    if (column === key) return `${FIRST_ID} + copy`;
    if (column === 'id') return `${FIRST_ID} + copy * ${ENTRIES} + row_number() OVER (PARTITION BY copy)`;
    return `source.${column}`;
  });
  const text = `INSERT INTO ${name} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM generate_series($2::bigint, $3::bigint) AS copy, ${name} AS source WHERE source.${key} = $1 ORDER BY copy`;
  return { text, byGuid };
}
