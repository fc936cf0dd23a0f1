/** So much of a message is looked at, in UTF-16 units: what tells causes apart stands at its beginning. */
const LOOKED_AT = 2_000;
/** So much of a pattern is kept. */
const KEPT = 300;

/** Each in one pass over the text; none can run away on hostile input. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/(^|[\s([{=:,])(?:'[^'\n]*'|"[^"\n]*"|`[^`\n]*`)(?![\p{L}\p{N}])/gu, "$1'…'"],
  [/\b(https?:\/\/[^\s?#]+)[?#]\S*/gi, '$1'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<date>'],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, '<time>'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g, '<email>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '<host>'],
  [/\[[0-9a-f:.]{2,45}\](?::\d{1,5})?/gi, '<host>'],
];

/** A word with a digit in it: a number, a name that is numbered (`node12`), or an id. */
const NUMBERED_WORD = /(?<![<\p{L}\p{N}_])[\p{L}\p{N}_]*\p{N}[\p{L}\p{N}_]*/gu;
const NAME_AND_NUMBER = /^(\p{L}{1,40}_?)\p{N}+$/u;

/**
 * What a failure's message says apart from what changes from case to case: numbers, ids, dates, addresses, quoted values and the
 * variable parts of host names give way to a mark. Messages of one cause have one pattern. At most 300 characters.
 *
 * @example "Loan 4711 of 'Ada' refused by bureau-3.internal:8443" → "Loan <n> of '…' refused by bureau-<n>.internal:<n>"
 */
export function patternOf(message: string): string {
  let text = message.slice(0, LOOKED_AT);
  for (const [rule, mark] of RULES) text = text.replace(rule, mark);
  return text
    .replace(NUMBERED_WORD, markOf)
    .replace(/<n>(?:[.,:/-]<n>)+/g, '<n>')
    .replace(/<(?:id|n)>(?:[-.]<(?:id|n)>)+/g, (marks) => (marks.includes('<id>') ? '<id>' : '<n>'))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, KEPT);
}

function markOf(word: string): string {
  if (/^\p{N}+$/u.test(word)) return '<n>';
  return NAME_AND_NUMBER.test(word) ? word.replace(NAME_AND_NUMBER, '$1<n>') : '<id>';
}
