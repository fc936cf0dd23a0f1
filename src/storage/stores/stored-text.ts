const NUL = /\u0000/g;

/**
 * Text for people (messages of other systems, comments) as a text column can hold it: Postgres has no U+0000. The state and
 * the variables keep it, as JSON; keys with it are refused by the database rather than altered.
 */
export function freeText(text: string): string;
export function freeText(text: string | null): string | null;
export function freeText(text: string | null): string | null {
  return text !== null && text.includes('\u0000') ? text.replace(NUL, '\uFFFD') : text;
}
