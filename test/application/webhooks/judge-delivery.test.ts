import { judgeDelivery } from '../../../src/application/webhooks/judge-delivery.js';

const HOUR_MS = 3_600_000;
const failure = { code: 'HTTP_500', message: 'Expected an answer of 2xx, but it is 500', status: 500 };

describe('a failed delivery', () => {
  test('is made again ever later, up to an hour apart, spread by a fifth', () => {
    const bases = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600].map((seconds) => seconds * 1_000);
    for (const [i, base] of bases.entries()) {
      const { delayMs } = judgeDelivery('7-1', i + 1, 0, failure);
      expect(Math.abs((delayMs ?? Infinity) - base)).toBeLessThanOrEqual(base / 5);
    }
    const first = new Set(Array.from({ length: 20 }, (_, id) => judgeDelivery(`7-${id}`, 1, 0, failure).delayMs));
    expect(first.size).toBeGreaterThan(10);
  });

  test('is made again whatever the reason, for two days', () => {
    for (const code of ['HTTP_404', 'HTTP_401', 'ADDRESS_FORBIDDEN', 'TIMEOUT'])
      expect(judgeDelivery('7-1', 1, 46 * HOUR_MS, { ...failure, code }).delayMs).not.toBeNull();
    expect(judgeDelivery('7-1', 60, 48 * HOUR_MS, failure)).toMatchObject({ delayMs: null });
  });

  test('is not made again before the receiver asks for it, up to an hour', () => {
    expect(judgeDelivery('7-1', 1, 0, { ...failure, retryAfterMs: 600_000 }).delayMs).toBe(600_000);
    expect(judgeDelivery('7-1', 1, 0, { ...failure, retryAfterMs: 9 * HOUR_MS }).delayMs).toBe(HOUR_MS);
  });
});
