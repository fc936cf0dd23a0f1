import { EVENT_TYPES, findVainPattern } from '../events/event-of.js';
import { textsOf } from '../requests/field-values.js';
import { invalidField } from '../requests/invalid-request.js';

/** Longest address. */
const URL_LENGTH = 2_000;

/** The address of a receiver. @throws InvalidRequest */
export function receiverUrl(text: string): string {
  const url = URL.canParse(text) && text.length <= URL_LENGTH ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw invalidField('url', 'url', `url must be an http or https address of at most ${URL_LENGTH} characters`);
  if (url.username !== '' || url.password !== '')
    throw invalidField('url', 'url', 'url must have no user and password: deliveries are proved by their signature');
  return url.href;
}

/** Names of events, or what stands for several. @throws InvalidRequest */
export function eventPatterns(given: string | readonly string[]): readonly string[] {
  const patterns = textsOf(given) ?? [];
  const vain = findVainPattern(patterns);
  if (vain === null) return patterns;
  throw invalidField(
    'events',
    'unknown',
    `events must be among *, incident.*, ..., ${EVENT_TYPES.join(', ')}, but one is '${vain}'`,
  );
}
