/** The first of 10,000 ids that are ours alone. `nextval` is never rolled back, hence needs no transaction. */
export const RESERVE_ID_BLOCK = { name: 'reserve-id-block', text: `SELECT nextval('id_block') AS first` };
