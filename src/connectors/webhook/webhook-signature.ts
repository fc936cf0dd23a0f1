import { createHmac } from 'node:crypto';

/**
 * The header `Reprise-Signature` of a delivery: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 by the webhook's secret over `<t>.<body>`. The
 * time is signed, too, so that what was overheard cannot be sent again later.
 */
export function signatureOf(secret: string, body: string, atMs: number): string {
  const t = Math.floor(atMs / 1_000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
