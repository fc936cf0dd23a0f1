import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { BusyService } from './support/busy-service.js';
import { ApiClient } from './support/api-client.js';
import { httpTask, sequence } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';

// Thousands of instances are started, beside other work on the machine.
jest.setTimeout(120_000);

const STORM = 2_400;
const CALM = 5;

let server: TestServer;
let service: BusyService;
let storm: ApiClient;
let calm: ApiClient;

const task = httpTask('Task_1', 'One');
const policy = '<reprise:retryPolicy attempts="2" delays="PT1H" />';
const retried = sequence('retried', { ...task, xml: task.xml.replace('</bpmn:extensionElements>', `${policy}$&`) });

beforeAll(async () => {
  [server, service] = await Promise.all([
    startTestServer({ REPRISE_TEST_CLOCK: 'true', REPRISE_BREAKER: 'false' }),
    BusyService.start(5),
  ]);
  const made = await server.admin.cmd('CreateApiTokenCommand', {
    name: 'both tenants',
    roles: ['operator', 'deployer'],
    tenants: ['storm', 'calm'],
  });
  const token = String(made.data?.['token']);
  storm = new ApiClient(server.url, token, 'storm');
  calm = new ApiClient(server.url, token, 'calm');
  await Promise.all([storm.deploy(retried), calm.deploy(retried)]);
});

afterAll(async () => {
  await server?.close();
  await service?.stop();
});

/** So many instances of the tenant, 50 at a time, whose task has failed and waits for an hour. */
async function waitForRetry(client: ApiClient, count: number): Promise<string[]> {
  const guids: string[] = [];
  const unreachable = { serviceUrl: 'http://127.0.0.1:1' };
  for (let first = 0; first < count; first += 50) {
    const starts = Array.from({ length: Math.min(50, count - first) }, () =>
      client.start('retried', unreachable, { waitMs: 5_000 }),
    );
    guids.push(...(await Promise.all(starts)));
  }
  return guids;
}

/** Whose they were, in the order in which they ended. */
async function secondAttempts(): Promise<string[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ tenant_id: string }>(
    `SELECT instance.tenant_id FROM task_attempt AS attempt JOIN process_instance AS instance ON instance.id = attempt.instance_id
     WHERE attempt.attempt = 2 ORDER BY attempt.ended_at`,
  );
  await client.end();
  return rows.map((row) => row.tenant_id);
}

describe("one tenant's storm", () => {
  it('of due retries leaves room for the few of another, which fell due after all of them', async () => {
    await waitForRetry(storm, STORM);
    const guids = await waitForRetry(calm, CALM);
    await Promise.all(
      guids.map((instanceGuid) =>
        calm.cmd('SetProcessVariablesCommand', { instanceGuid, variables: { serviceUrl: service.url } }),
      ),
    );

    await server.admin.cmd('AdvanceClockCommand', { by: 'PT2H' });

    for (const guid of guids) await calm.reaches(guid, 'completed');
    const attempts = await secondAttempts();
    expect(attempts.filter((tenant) => tenant === 'storm')).toHaveLength(STORM);
    // The claim that found so many, and the one in which both have their part.
    expect(attempts.lastIndexOf('calm')).toBeLessThan(1_300);
  });
});
