/** What attempts depend on, where it has failed lately. */
export const CIRCUITS = `
CREATE TABLE circuit (
  tenant_id text NOT NULL,
  circuit text NOT NULL,
  state text NOT NULL,
  status json NOT NULL,
  changed_at timestamptz NOT NULL,
  kept_by integer,
  kept_until timestamptz,
  CONSTRAINT circuit_pkey PRIMARY KEY (tenant_id, circuit)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
`;
