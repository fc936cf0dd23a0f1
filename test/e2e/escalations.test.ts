import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import request from 'supertest';
import { field, type ApiClient, type Data } from './support/api-client.js';
import { handlerTask, sequence } from './support/models.js';
import { failing, TestService } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);

let server: TestServer;
let admin: ApiClient;
let receiver: TestService;
let database: pg.Client;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_TEST_CLOCK: 'true' });
  ({ admin } = server);
  receiver = await new TestService().start();
  receiver.answers(failing(500));
  database = new pg.Client({ connectionString: server.databaseUrl });
  await database.connect();
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  await admin.cmd('CreateWebhookCommand', { url: receiver.url, events: ['group.*'] });
});
afterAll(async () => {
  await database?.end();
  await server?.close();
  await receiver?.stop();
});

async function entries(action: string): Promise<readonly Data[]> {
  return field(await admin.cmd('GetAuditTrailQuery', { action: [action] }), 'items') as readonly Data[];
}

const told = (action: string, count: number) =>
  until(
    () => entries(action),
    (all) => all.length >= count,
  );

async function countOf(query: string): Promise<number> {
  return Number((await database.query<{ total: string }>(`SELECT count(*) AS total FROM ${query}`)).rows[0]?.total);
}

it('a new group of failures is told of once', async () => {
  await admin.start('failing');
  await admin.start('failing');

  const [entry] = await told('FailureGroupOpened', 1);

  expect(entry).toMatchObject({ actor: { type: 'system' }, processKey: 'failing', detail: { activityId: 'Task_Fail' } });
  expect(await countOf("audit_entry WHERE action = 'FailureGroupOpened'")).toBe(1);
  await receiver.hasCalls(1);
  expect(receiver.calls[0]?.headers['reprise-event']).toBe('group.opened');
});

it('a group that nobody looks after is told of by age and count, and again after a while; one that is looked after is not', async () => {
  const rule = { olderThanMs: 3_600_000, minCount: 3, repeatEveryMs: 7_200_000 };
  expect(await admin.cmd('SetEscalationRuleCommand', rule)).toMatchObject({ isSuccessful: true, data: rule });
  expect(field(await admin.cmd('GetEscalationRulesQuery'), 'items')).toMatchObject([rule]);
  await admin.cmd('AdvanceClockCommand', { by: 'PT2H' }); // Old enough, but two failures are too few.
  const { groupId } = (await entries('FailureGroupOpened'))[0]?.['detail'] as { groupId: string };
  await admin.start('failing');

  const [entry] = await told('FailureGroupEscalated', 1);

  expect(entry).toMatchObject({ detail: { groupId, count: 3, pattern: expect.any(String) } });
  expect((entry?.['detail'] as { ageMs: number }).ageMs).toBeGreaterThan(7_200_000 - 1_000);
  expect(await entries('FailureGroupEscalated')).toHaveLength(1);
  await admin.cmd('AdvanceClockCommand', { by: 'PT2H' });
  await told('FailureGroupEscalated', 2);

  await admin.cmd('UpdateFailureGroupCommand', { groupId, state: 'acknowledged' });
  await admin.cmd('AdvanceClockCommand', { by: 'PT3H' });
  await admin.deploy(sequence('failing-too', handlerTask('Task_Other', 'reprise:fail-unless')));
  for (let i = 0; i < 3; i++) await admin.start('failing-too');
  await admin.cmd('AdvanceClockCommand', { by: 'PT2H' });
  const [newest] = await told('FailureGroupEscalated', 3);
  expect(newest).toMatchObject({ processKey: 'failing-too' });
  expect(await entries('FailureGroupEscalated')).toHaveLength(3);
});

it('the gauges are what the database counts', async () => {
  await admin.cmd('RemoveEscalationRuleCommand');
  const guid = await admin.start('failing');
  const data = { instanceGuid: guid };
  await admin.cmd('RequestApprovalCommand', { cmd: 'SkipFailedTaskCommand', data, reason: 'nobody needs it' });
  await admin.cmd('StartBatchCommand', { kind: 'pause', instanceGuids: [guid], reason: 'because' });
  const counts = async (): Promise<Record<string, number>> => ({
    'reprise_failure_groups{state="open"}': await countOf("failure_group WHERE state = 'open'"),
    'reprise_failure_groups{state="acknowledged"}': await countOf("failure_group WHERE state = 'acknowledged'"),
    'reprise_batches{status="completed"}': await countOf("batch WHERE status = 'completed'"),
    reprise_unended_batch_items: await countOf("batch_item WHERE state IN ('pending', 'running')"),
    reprise_pending_approvals: await countOf("approval WHERE status = 'pending'"),
    'reprise_webhook_deliveries{state="pending"}': await countOf("webhook_delivery WHERE state = 'pending'"),
    'reprise_webhook_deliveries{state="parked"}': await countOf("webhook_delivery WHERE state = 'parked'"),
  });
  await until(counts, (all) => all['reprise_batches{status="completed"}'] === 1);

  const shown = async (): Promise<string> => {
    const { text } = await request(server.url).get('/metrics');
    const named = Object.keys(await counts()).map((name) => {
      const line = text.split('\n').find((each) => each.startsWith(`${name} `));
      return [name, Number(line?.split(' ').at(-1))];
    });
    return JSON.stringify(Object.fromEntries(named));
  };
  const expected = await counts();
  expect(Object.values(expected).filter((count) => count > 0).length).toBeGreaterThanOrEqual(5);
  await until(shown, (text) => text === JSON.stringify(expected));
});
