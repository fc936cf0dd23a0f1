import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { faster } from '../../examples/retries/faster.mjs';
import type { Data } from './support/api-client.js';
import { pageXml } from './support/seed-server.js';
import { failing, succeeding, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(60_000);

let server: TestServer;
let service: TestService;

beforeAll(async () => {
  // The numbers are those of the policies alone: no circuit holds anything back.
  server = await startTestServer({ REPRISE_BREAKER: 'false' });
  for (const page of ['coflux', 'temporal', 'mechanic', 'valohai', 'retry-failed-task'])
    await server.admin.deploy(faster(await pageXml(page)), page);
});

afterAll(() => server?.close());

beforeEach(async () => {
  service = await new TestService().start();
});

afterEach(() => service.stop());

/** The waits of a page, here in ms instead of s. */
describe.each([
  { processKey: 'coflux-submit-reports', waits: [0, 0] },
  { processKey: 'coflux-send-notification', waits: [300, 300] },
  { processKey: 'coflux-send-notification-with-backoff', waits: [300, 375, 450, 525, 600] },
  { processKey: 'temporal-sample-activity', waits: [1, 2, 4, 8] },
  { processKey: 'temporal-defaults', waits: [1, 2, 4, 8, 16, 32, 64, 100, 100], isEndless: true },
  { processKey: 'mechanic-http-action', waits: [30, 76, 152, 308], jitter: 0.1 },
  { processKey: 'valohai-train-model', waits: [60, 60, 60] },
  { processKey: 'retry-with-backoff', waits: [1, 2, 5, 10, 30] },
])('$processKey, a thousand times as fast', ({ processKey, waits, jitter = 0, isEndless = false }) => {
  it('attempts as often as its page says, and never earlier', async () => {
    const good = isEndless ? waits.length + 1 : Infinity;
    service.answers((call, response) => (service.calls.length < good ? failing() : succeeding())(call, response));

    const guid = await server.admin.start(processKey, { serviceUrl: service.url });

    const state = await server.admin.reaches(guid, isEndless ? 'completed' : 'error');
    const attempts = state.data?.['attempts'] as readonly Data[];
    expect(attempts).toHaveLength(waits.length + 1);
    expect(service.calls).toHaveLength(waits.length + 1);
    waits.forEach((wait, i) => {
      const waited = Date.parse(String(attempts[i + 1]?.['startedAt'])) - Date.parse(String(attempts[i]?.['endedAt']));
      expect(waited).toBeGreaterThanOrEqual(Math.floor(wait * (1 - jitter)));
    });
  });
});
