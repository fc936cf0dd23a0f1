/**
 * Instances with their scopes in one round trip. Scopes are aggregated as JSON text, which Postgres concatenates without
 * reading it; a second query would cost a round trip and could see a later version than the first.
 */
const COLUMNS = `
  instance.id, instance.tenant_id, instance.guid, instance.definition_id, instance.definition_version, instance.process_key,
  instance.business_key, instance.context_type_id, instance.context_id, instance.state, instance.variables,
  (SELECT json_object_agg(scope.scope_id, scope.state) FROM instance_scope AS scope WHERE scope.instance_id = instance.id) AS scopes`;

export const LOAD_BY_GUID = {
  name: 'load-instances-by-guid',
  text: `SELECT ${COLUMNS}
    FROM unnest($1::text[], $2::text[]) AS wanted(tenant_id, guid)
    JOIN process_instance AS instance ON instance.tenant_id = wanted.tenant_id AND instance.guid = wanted.guid`,
};

export const LOAD_BY_ID = {
  name: 'load-instances-by-id',
  text: `SELECT ${COLUMNS} FROM process_instance AS instance WHERE instance.id = ANY ($1::bigint[])`,
};
