/** An opaque text (base64url) for the numbers that say where a page ended. */
export function encodeCursor(numbers: readonly number[]): string {
  return Buffer.from(numbers.join(',')).toString('base64url');
}

/**
 * The numbers of a cursor.
 * @throws RangeError where the text is not a cursor of so many numbers
 */
export function decodeCursor<const Names extends readonly string[]>(
  cursor: string,
  ...names: Names
): Record<Names[number], number> {
  const parts = Buffer.from(cursor, 'base64url').toString('latin1').split(',');
  const numbers = parts.map((part) => (/^-?\d{1,16}$/.test(part) ? Number(part) : NaN));
  if (numbers.length !== names.length || !numbers.every(Number.isSafeInteger)) {
    throw new RangeError('Expected a cursor from an earlier answer, but this is none');
  }
  return Object.fromEntries(names.map((name, i) => [name, numbers[i]])) as Record<Names[number], number>;
}

/** SQL for the instant that a parameter gives in microseconds since 1970: exact, unlike `to_timestamp`. */
export function instantOf(placeholder: string): string {
  return `(timestamptz 'epoch' + ${placeholder}::bigint * interval '1 microsecond')`;
}
