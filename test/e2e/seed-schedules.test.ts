import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { failing, succeeding } from './support/test-service.js';
import { SeedServer, waitsOf } from './support/seed-server.js';

jest.setTimeout(60_000);

let server: SeedServer;

beforeAll(async () => {
  server = await SeedServer.start('coflux', 'temporal', 'mechanic', 'valohai', 'retry-failed-task');
});

afterAll(() => server?.stop());

describe('the attempts of a page begin at its very numbers, in seconds:', () => {
  it.each([
    ['coflux-submit-reports', [0, 0, 0]],
    ['coflux-send-notification', [0, 300, 600]],
    ['coflux-send-notification-with-backoff', [0, 300, 675, 1125, 1650, 2250]],
    ['temporal-sample-activity', [0, 1, 3, 7, 15]],
    ['valohai-train-model', [0, 60, 120, 180]],
    ['retry-with-backoff', [0, 1, 3, 8, 18, 48]],
  ])('%s at %j, then a person decides', async (processKey, times) => {
    const service = await server.service();
    const guid = await server.admin.start(processKey, { serviceUrl: service.url });
    const waits = await server.waitOut(guid, service);

    expect(await server.begun(guid)).toEqual(times);
    expect(service.calls).toHaveLength(times.length);
    const visible = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(waits).toEqual(waitsOf(...visible.filter((seconds) => seconds > 0)));
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: times.length } } });
    expect((await server.admin.trail(guid)).at(-1)).toMatchObject({ action: 'RetriesExhausted' });
  });

  it('temporal-defaults doubles its waits up to a hundred times the first, without end', async () => {
    const service = await server.service();
    const guid = await server.admin.start('temporal-defaults', { serviceUrl: service.url });
    const waits = await server.waitOut(guid, service, 12);
    expect(waits).toEqual(waitsOf(1, 2, 4, 8, 16, 32, 64, 100, 100, 100, 100, 100));

    service.answers(succeeding());
    await server.waitOut(guid, service);

    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'completed' } });
    expect(service.calls).toHaveLength(14);
  });

  it('mechanic-http-action about 0:30, 1:16, 2:32 and 5:08 after each other, a tenth up or down, each time anew', async () => {
    const table = [30, 76, 152, 308];
    const shares: number[] = [];
    for (let i = 0; i < 4; i++) {
      const service = await server.service();
      const guid = await server.admin.start('mechanic-http-action', { serviceUrl: service.url });
      const waits = await server.waitOut(guid, service);
      expect(waits.map(({ attemptNumber }) => attemptNumber)).toEqual([1, 2, 3, 4]);
      shares.push(...waits.map(({ ms }, wait) => ms / (table[wait] ?? 0) / 1_000));
      expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: 5 } } });
    }
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1.1);
    expect(new Set(shares).size).toBeGreaterThan(8);
  });
});

describe('what a page does not retry', () => {
  it.each([
    ['mechanic-http-action', 401],
    ['mechanic-http-action', 404],
    ['mechanic-http-action', 422],
    ['mechanic-http-action', 501],
    ['valohai-train-model', 422],
    ['temporal-non-retryable', 403],
    ['temporal-non-retryable', 422],
  ])('%s: %i fails at once', async (processKey, status) => {
    const service = await server.service();
    service.answers(failing(status, 'no'));
    const guid = await server.admin.start(processKey, { serviceUrl: service.url });
    expect(await server.admin.state(guid)).toMatchObject({ data: { status: 'error', error: { attemptNumber: 1 } } });
    expect(service.calls).toHaveLength(1);
  });

  it('temporal: error types that are not listed are retried, whatever their class, until a listed one comes', async () => {
    const service = await server.service();
    service.answers(failing(404, 'no'));
    const guid = await server.admin.start('temporal-non-retryable', { serviceUrl: service.url });
    expect(await server.waitOut(guid, service, 2)).toEqual(waitsOf(1, 2));

    service.answers(failing(403, 'no'));
    expect(await server.waitOut(guid, service)).toEqual([{ attemptNumber: 3, ms: 4_000 }]);

    expect(await server.admin.state(guid)).toMatchObject({
      data: {
        status: 'error',
        error: { attemptNumber: 4, errorCode: 'HTTP_403', decision: 'nonRetryableErrorTypes: fail at once' },
      },
    });
  });
});
