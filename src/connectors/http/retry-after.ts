/**
 * The wait that a `Retry-After` header asks for (RFC 9110 section 10.2.3: seconds, or a date), in ms: 0 where its date has
 * passed. Undefined where it says nothing that can be understood. As far in the future as it says: the policy caps it.
 */
export function readRetryAfter(header: unknown, now: number): number | undefined {
  const text = (Array.isArray(header) ? String(header[0]) : typeof header === 'string' ? header : '').trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  // `Date.parse` takes more than the RFC: `5.5`, say, would be a day in May.
  const at = /^[A-Z][a-z]{2,8},? .*GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
