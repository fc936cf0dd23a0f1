/**
 * Instances with their scopes in one round trip. Scopes are aggregated as JSON text, which Postgres concatenates without
 * reading it; a second query would cost a round trip and could see a later version than the first.
 */
const COLUMNS = `
  instance.id, instance.tenant_id, instance.guid, instance.definition_id, instance.definition_version, instance.process_key,
  instance.business_key, instance.context_type_id, instance.context_id, instance.called_by,
  instance.start_variables, instance.restarted_from, instance.state, instance.variables,
  (SELECT json_object_agg(scope.scope_id, scope.state) FROM instance_scope AS scope WHERE scope.instance_id = instance.id) AS scopes`;

/**
 * The tenant is compared as an expression, which no index holds. As plain columns, a plan made while the table was empty took
 * the index on (tenant, start), and so walked all instances of the tenant for each of the batch.
 */
export const LOAD_BY_GUID = {
  name: 'load-instances-by-guid',
  text: `SELECT ${COLUMNS}
    FROM unnest($1::text[], $2::text[]) AS wanted(tenant_id, guid)
    JOIN process_instance AS instance ON instance.guid = wanted.guid AND instance.tenant_id || '' = wanted.tenant_id`,
};

export const READ_VERSIONS = {
  name: 'read-instance-versions',
  text: 'SELECT id, version FROM process_instance WHERE id = ANY ($1::bigint[])',
};

export const LOAD_BY_ID = {
  name: 'load-instances-by-id',
  text: `SELECT ${COLUMNS} FROM process_instance AS instance WHERE instance.id = ANY ($1::bigint[])`,
};
