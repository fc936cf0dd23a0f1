import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { field, type ApiClient, type Data } from './support/api-client.js';
import { handlerTask, sequence } from './support/models.js';
import { failing, succeeding, TestService, type ReceivedCall } from './support/test-service.js';
import { startTestServer, type TestServer } from './support/test-server.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);

let server: TestServer;
let admin: ApiClient;
let receiver: TestService;
let other: TestService;

beforeAll(async () => {
  server = await startTestServer({ REPRISE_TEST_CLOCK: 'true' });
  ({ admin } = server);
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  receiver = await new TestService().start();
  other = await new TestService().start();
});
beforeEach(() => {
  for (const service of [receiver, other]) {
    service.answers(succeeding());
    service.calls.length = 0;
  }
});
afterEach(async () => {
  for (const { id } of await webhooks()) await admin.cmd('DeleteWebhookCommand', { webhookId: id });
});
afterAll(async () => {
  receiver?.release();
  await server?.close();
  await Promise.all([receiver?.stop(), other?.stop()]);
});

async function webhooks(): Promise<readonly Data[]> {
  return field(await admin.cmd('GetWebhooksQuery'), 'items') as readonly Data[];
}

async function create(url: string, events: string | string[] = 'incident.*', more = {}): Promise<number> {
  return field(await admin.cmd('CreateWebhookCommand', { url, events, ...more }), 'id') as number;
}

const eventsOf = ({ calls }: TestService): unknown[] => calls.map(({ headers }) => headers['reprise-event']);

it('a failure and what is done about it are told, signed by the secret that was shown once', async () => {
  const created = await admin.cmd('CreateWebhookCommand', { url: `${receiver.url}/hook?key=k`, events: 'incident.*' });
  const secret = String(field(created, 'secret'));
  const instanceGuid = await admin.start('failing');
  await admin.cmd('SkipFailedTaskCommand', { instanceGuid });

  await receiver.hasCalls(2);

  expect(eventsOf(receiver).sort()).toEqual(['incident.opened', 'incident.skipped']);
  for (const { headers, body } of receiver.calls) {
    const [, t = '', v1] = /^t=(\d+),v1=(.*)$/.exec(String(headers['reprise-signature'])) ?? [];
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'));
    expect(JSON.parse(body)).toMatchObject({ event: headers['reprise-event'], tenantId: 'default', data: { instanceGuid } });
  }
  await until(webhooks, ([webhook]) => webhook?.['pending'] === 0);
  for (const { text } of [await admin.cmd('GetWebhooksQuery'), await admin.cmd('GetAuditTrailQuery', { text: 'Webhook' })]) {
    expect(text).toContain('incident.*');
    expect(text).not.toContain(secret);
    expect(text).not.toContain('key=k');
  }
});

it('what was answered by 500 is delivered again, by the same name', async () => {
  receiver.answers(failing(500));
  await create(receiver.url, 'instance.started');
  await admin.start('failing');
  await receiver.hasCalls(1);
  const [failed] = await until(webhooks, ([webhook]) => webhook?.['lastStatus'] === 500);
  expect(failed).toMatchObject({ pending: 1, parked: 0, lastError: expect.stringContaining('HTTP_500') });
  receiver.answers(succeeding());

  await admin.cmd('AdvanceClockCommand', { by: 'PT15S' });

  await receiver.hasCalls(2);
  const seen = ({ headers, body }: ReceivedCall) => [headers['reprise-delivery'], headers['reprise-attempt'], body];
  const [first, second] = receiver.calls.map(seen);
  expect(second).toEqual([first?.[0], '2', first?.[2]]);
  await until(webhooks, ([webhook]) => webhook?.['pending'] === 0);
});

it('a receiver that hangs holds up nobody else, and is called a few times at once', async () => {
  receiver.holds();
  await create(receiver.url, 'instance.started');
  await create(other.url, 'instance.started');
  for (let i = 0; i < 7; i++) await admin.start('failing');

  await other.hasCalls(7);

  await receiver.hasCalls(4);
  expect(receiver.calls.length).toBe(4);
  receiver.answers(succeeding());
  receiver.release();
  await receiver.hasCalls(7);
  await until(webhooks, (all) => all.every((webhook) => webhook['pending'] === 0));
});

it('a redirect to an address of this machine is not followed', async () => {
  receiver.answers((_call, response) => response.writeHead(302, { location: `${other.url}/inner` }).end());
  await create(receiver.url, 'instance.started');
  await admin.start('failing');

  const [webhook] = await until(webhooks, ([each]) => each?.['lastStatus'] === 302);

  expect(webhook).toMatchObject({ pending: 1 });
  expect(other.calls).toEqual([]);
});

it('what fails for two days is parked, told in the audit trail, and delivered when somebody asks for it', async () => {
  receiver.answers(failing(500));
  const webhookId = await create(receiver.url, 'instance.started');
  await admin.start('failing');
  await until(webhooks, ([webhook]) => webhook?.['lastStatus'] === 500);

  await admin.cmd('AdvanceClockCommand', { by: 'P3D' });

  await until(webhooks, ([webhook]) => webhook?.['parked'] === 1);
  const parked = await admin.get(`/api/core/webhooks/${webhookId}/deliveries?state=parked`);
  expect(field(parked, 'items')).toMatchObject([{ event: 'instance.started', state: 'parked', attempts: 2, lastStatus: 500 }]);
  const entries = await admin.cmd('GetAuditTrailQuery', { action: ['WebhookDeliveryParked'] });
  expect(field(entries, 'items')).toMatchObject([{ outcome: 'failed', actor: { type: 'system' }, detail: { webhookId } }]);
  receiver.answers(succeeding());
  expect(field(await admin.cmd('RetryWebhookDeliveriesCommand', { webhookId }), 'deliveries')).toBe(1);
  await receiver.hasCalls(3);
  await until(webhooks, ([webhook]) => webhook?.['parked'] === 0 && webhook['pending'] === 0);
});

it('a webhook that rests is told when it is active again', async () => {
  const webhookId = await create(receiver.url, 'instance.started');
  await admin.cmd('UpdateWebhookCommand', { webhookId, isActive: false });
  await admin.start('failing');
  await create(other.url, 'instance.paused');
  await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: await admin.start('failing') });
  await other.hasCalls(1);
  expect(receiver.calls).toEqual([]);

  await admin.cmd('UpdateWebhookCommand', { webhookId, isActive: true });

  await receiver.hasCalls(2);
});

it.each([
  [{ url: 'ftp://receiver.test', events: '*' }, 'data.url'],
  [{ url: 'http://ada:pw@receiver.test', events: '*' }, 'data.url'],
  [{ url: 'http://receiver.test', events: ['incident.*', 'instance.completed'] }, 'data.events'],
  [{ url: 'http://receiver.test', events: '*', secret: 'short' }, 'data.secret'],
])('a webhook is refused that could not work: %j', async (data, name) => {
  const answer = await admin.cmd('CreateWebhookCommand', data);
  expect(answer).toMatchObject({ httpStatus: 400, data: { errors: [{ field: name }] } });
});
