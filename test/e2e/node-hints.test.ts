import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { field } from './support/api-client.js';
import { catchEvent, httpTask, sequence, timer } from './support/models.js';
import { ProcessServer } from './support/process-server.js';
import { TestService } from './support/test-service.js';

jest.setTimeout(60_000);

/** Polling once a second would take 500 ms on average; that five of nine are below this by chance is less than one case in a hundred. */
const SOON_MS = 150;

let database: TestDatabase;
let service: TestService;
let api: ProcessServer;
let runner: ProcessServer;

beforeAll(async () => {
  [database, service] = await Promise.all([createTestDatabase(), new TestService().start()]);
  api = await ProcessServer.start(database.url, { REPRISE_ROLE: 'api' });
  runner = await ProcessServer.start(database.url);
  await api.admin.deploy(sequence('clock', catchEvent('Wait', timer('timeDuration', 'PT0.3S'))));
  await api.admin.deploy(sequence('one', httpTask('Task_1', 'One')));
});

afterAll(async () => {
  await Promise.all([api, runner].map((node) => node?.kill()));
  await service?.stop();
  await database?.drop();
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

it('timers that a server without loops writes fire in time on the one that has them', async () => {
  const late: number[] = [];
  for (let i = 0; i < 9; i++) {
    const { data } = await api.admin.reaches(await api.admin.start('clock', {}, { waitMs: 0 }), 'completed');
    late.push(Date.parse(String(data?.['endedAt'])) - Date.parse(String(data?.['startedAt'])) - 300);
  }

  expect(median(late)).toBeLessThan(SOON_MS);
});

it('attempts stop at once when another server cancels their instance', async () => {
  service.holds();
  const took: number[] = [];
  for (let i = 1; i <= 5; i++) {
    const guid = await api.admin.start('one', { serviceUrl: service.url }, { waitMs: 0 });
    await service.hasCalls(i);
    const cancelledAt = Date.now();
    expect(await runner.admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid })).toMatchObject({ isSuccessful: true });
    await service.hasAbandoned(i);
    took.push(Date.now() - cancelledAt);
    expect(field(await api.admin.state(guid), 'status')).toBe('cancelled');
  }

  expect(median(took)).toBeLessThan(SOON_MS);
});
