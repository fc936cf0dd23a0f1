import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiClient, field } from './support/api-client.js';
import { EventReader } from './support/event-reader.js';
import { handlerTask, sequence, userTask } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';

jest.setTimeout(30_000);

let server: TestServer;
let admin: ApiClient;
const EVENTS = '/api/core/events';

beforeAll(async () => {
  server = await startTestServer();
  ({ admin } = server);
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  await admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
});
afterAll(() => server?.close());

const names = ({ seen }: EventReader): unknown[] => seen.map(({ event }) => event);
const instancesOf = ({ seen }: EventReader): unknown[] =>
  seen.map(({ data }) => (data['data'] as { instanceGuid: string }).instanceGuid);

describe('the events of a tenant', () => {
  it('are told as they happen, those that are asked for, as webhooks are', async () => {
    const reader = await EventReader.open(admin, `${EVENTS}?types=incident.*,instance.cancelled`);
    const guid = await admin.start('failing');
    await admin.cmd('SkipFailedTaskCommand', { instanceGuid: guid });
    await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: await admin.start('waiting') });

    await reader.has(3);

    expect(names(reader).sort()).toEqual(['incident.opened', 'incident.skipped', 'instance.cancelled']);
    const [first] = reader.seen;
    expect(first?.data).toMatchObject({ event: first?.event, tenantId: 'default', data: { instanceGuid: guid } });
    await reader.close();
  });

  it('go on where a client has lost them, without a gap and without telling one again', async () => {
    const path = `${EVENTS}?types=instance.started`;
    const first = await EventReader.open(admin, path);
    const guids = [await admin.start('waiting'), await admin.start('waiting')];
    await first.has(2);
    const [{ id } = { id: '' }] = first.seen;
    await first.close();
    for (let i = 0; i < 5; i++) guids.push(await admin.start('waiting'));

    const second = await EventReader.open(admin, path, { 'last-event-id': id });
    guids.push(await admin.start('waiting'));
    await second.has(7);

    expect(instancesOf(second).sort()).toEqual(guids.filter((guid) => guid !== instancesOf(first)[0]).sort());
    await second.close();
  });

  it('of another server come, too; those of another tenant do not', async () => {
    const made = await admin.cmd('CreateApiToken', { name: 'rival', permissions: ['*'], tenants: ['rival'] });
    const rival = new ApiClient(server.url, String(field(made, 'token')), 'rival');
    const other = await startTestServer({ DATABASE_URL: server.databaseUrl });
    const readers = [await EventReader.open(admin, EVENTS), await EventReader.open(rival, EVENTS)];
    const guid = await other.admin.start('waiting');

    await readers[0]?.has(1);

    expect(readers.map(instancesOf)).toEqual([[guid], []]);
    for (const reader of readers) await reader.close();
    await other.close();
  });

  it('are refused in the envelope', async () => {
    const made = await admin.cmd('CreateApiToken', { name: 'worker', roles: ['worker'] });
    const worker = new ApiClient(server.url, String(field(made, 'token')));
    expect(await worker.get(EVENTS)).toMatchObject({ httpStatus: 403, data: { requiredPermission: 'audit:read' } });
    expect(await admin.get(`${EVENTS}?types=instance.completed`)).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(await admin.get(EVENTS, { 'last-event-id': '0x1-2' })).toMatchObject({ httpStatus: 400, statusCode: '40' });
    expect(await admin.get('/api/core/instances/none/events')).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      data: null,
    });
    expect(await admin.get('/api/core/batches/77/events')).toMatchObject({ httpStatus: 200, isSuccessful: false });
  });

  it('have ten readers for each principal at most, and a place again when one has gone', async () => {
    const readers = await Promise.all(Array.from({ length: 10 }, () => EventReader.open(admin, EVENTS)));
    const refused = await admin.get(EVENTS);
    expect(refused).toMatchObject({ httpStatus: 429, statusCode: '429', headers: { 'retry-after': '5' } });

    await readers[0]?.close();

    const place = async (): Promise<EventReader> => EventReader.open(admin, EVENTS).catch(place);
    await (await place()).close();
    for (const reader of readers) await reader.close();
  });
});

describe('the events of one instance', () => {
  it('tell each state that it comes to, and end with it', async () => {
    const guid = await admin.start('waiting');
    const reader = await EventReader.open(admin, `/api/core/instances/${guid}/events`);
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid });
    await reader.has(2);
    await admin.cmd('ResumeProcessInstanceCommand', { instanceGuid: guid });
    await reader.has(3);
    await admin.cmd('SignalProcessInstanceCommand', { instanceGuid: guid });

    await reader.ended;

    expect(reader.seen.map(({ data }) => data['status'])).toEqual(['waiting', 'paused', 'waiting', 'completed']);
    expect(reader.seen[0]).toMatchObject({ event: 'instance', data: { instanceGuid: guid, currentActivityId: 'Task_Wait' } });
    const versions = reader.seen.map(({ data }) => data['version'] as number);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });
});

describe('the events of one batch', () => {
  it('tell its progress, and end with it', async () => {
    const guids = [await admin.start('failing'), await admin.start('failing')];
    const data = { kind: 'skip', instanceGuids: guids, reason: 'because' };
    const started = await admin.cmd('StartBatchCommand', data);
    const reader = await EventReader.open(admin, `/api/core/batches/${String(field(started, 'batchId'))}/events`);

    await reader.ended;

    expect(reader.seen.at(-1)).toMatchObject({ event: 'batch', data: { status: 'completed', total: 2 } });
  });
});

it('a server that drains ends its streams', async () => {
  const other = await startTestServer();
  const reader = await EventReader.open(other.admin, EVENTS);
  await other.close();
  await reader.ended;
});
