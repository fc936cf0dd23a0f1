/**
 * Refuses every change of what is append-only. Statement triggers refuse even what would touch no row; they are not
 * inherited by partitions, so each gets its own (`protect_append_only`, called for every new partition too).
 */
export const APPEND_ONLY = `
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RP002', MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

CREATE FUNCTION protect_append_only(append_only regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', append_only);
END $$;

SELECT protect_append_only('audit_entry'), protect_append_only('audit_entry_default'), protect_append_only('audit_seal');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON audit_chain_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;
