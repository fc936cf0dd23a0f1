import pg from 'pg';

/** `bigint` as number: our ids and counts stay within JavaScript's safe range (blocks of a sequence, never random). */
export const numberParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
