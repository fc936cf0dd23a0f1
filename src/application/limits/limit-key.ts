import { invalidField } from '../requests/invalid-request.js';

/**
 * A limit's key as attempts name it: `task:<type>`, or an endpoint's origin, without a path and without the usual port.
 * @throws InvalidRequest
 */
export function limitKey(text: string): string {
  if (/^task:\S+$/.test(text)) return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin =
    url && (url.protocol === 'http:' || url.protocol === 'https:') && url.pathname === '/' && url.search + url.hash === '';
  if (isOrigin) return url.origin;
  throw invalidField('key', 'limitKey', `key must be task:<type> or https://host:port, but is '${text}'`);
}
