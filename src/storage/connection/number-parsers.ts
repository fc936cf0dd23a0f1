import pg from 'pg';

type Parser = (value: string) => unknown;

/** `bigint` as number: our ids and counts stay within JavaScript's safe range (blocks of a sequence, never random). */
export const numberParsers: pg.CustomTypesConfig = {
  getTypeParser: (type, format): Parser =>
    type === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(type, format) as Parser),
};
