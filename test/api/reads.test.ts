import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { READ_ROUTES } from '../../src/api/reads/read-routes.js';
import { ApiClient, field, type Data, type WireAnswer } from '../e2e/support/api-client.js';
import { handlerTask, sequence, userTask } from '../e2e/support/models.js';
import { until } from '../e2e/support/until.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;
let guid: string;
let id: string;
let batchId: string;
let webhookId: string;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  id = String(field(await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless'))), 'id'));
  await admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
  guid = await admin.start('failing', { amount: 5 }, { businessKey: 'L/1' });
  await admin.start('waiting', { amount: 7 });
  const hook = { url: 'https://hooks.example.com/reprise', events: ['incident.*'] };
  webhookId = String(field(await admin.cmd('CreateWebhookCommand', hook), 'id'));
  const plan = { kind: 'set-variables', instanceGuids: [guid], parameters: { variables: { seen: true } } };
  batchId = String(field(await admin.cmd('StartBatchCommand', plan), 'batchId'));
  await until(
    () => admin.cmd('GetBatchQuery', { batchId }),
    (now) => field(now, 'status') === 'completed',
  );
});

afterAll(async () => {
  await server?.close();
});

/** What a path's `:id` is the id of. */
function idIn(path: string): string {
  if (path.startsWith('batches/')) return batchId;
  return path.startsWith('webhooks/') ? webhookId : id;
}

/** Each route of the table: the address asked, and the data of the same request. */
const ROUTES: Readonly<Record<string, () => [query: string, data: object]>> = {
  instances: () => [
    '?status=error,waiting&pageSize=1&pageNumber=2&sortBy=businessKey',
    { status: ['error', 'waiting'], pageSize: 1, pageNumber: 2, sortBy: 'businessKey' },
  ],
  failures: () => ['?processKey=failing', { status: ['error'], processKey: 'failing' }],
  'instances/:guid': () => ['', { instanceGuid: guid }],
  'instances/:guid/activities': () => ['?pageSize=1', { instanceGuid: guid, pageSize: 1 }],
  'instances/:guid/history': () => ['?pageSize=1', { instanceGuid: guid, pageSize: 1 }],
  'instances/:guid/state-at': () => ['?version=1', { instanceGuid: guid, version: 1 }],
  'instances/:guid/audit': () => ['?outcome=succeeded', { instanceGuid: guid, outcome: 'succeeded' }],
  'audit/verification': () => ['', {}],
  activities: () => [`?entity=ProcessInstance&entityId=${guid}`, { entity: 'ProcessInstance', entityId: guid }],
  definitions: () => ['?isActive=true&searchText=wait', { isActive: true, searchText: 'wait' }],
  'definitions/:id': () => ['?includeStatistics=true', { id, includeStatistics: true }],
  'definitions/:id/bundle': () => ['?includeInstances=true', { processDefinitionId: id, includeInstances: true }],
  'batches/:id': () => ['', { batchId }],
  'batches/:id/items': () => ['?pageSize=1', { batchId, pageSize: 1 }],
  'webhooks/:id/deliveries': () => ['?pageSize=1', { webhookId, pageSize: 1 }],
  tokens: () => ['', {}],
};

/** These are of their own moment: two checkpoints are compared in `audit-proof.test.ts`, the clocks of two looks below. */
const COMPARED = READ_ROUTES.filter(({ path }) => path !== 'audit/checkpoint' && path !== 'invariants');

describe('plain reads', () => {
  it.each(COMPARED.map((route) => [route.path, route] as const))('%s answers as its query does', async (path, route) => {
    const [query, data] = ROUTES[path]?.() ?? ['', {}];
    const address = path.replace(':guid', encodeURIComponent(guid)).replace(':id', idIn(path));
    const [read, asked] = [await admin.get(`/api/core/${address}${query}`), await admin.cmd(route.request, data)];
    expect(read).toMatchObject({ httpStatus: 200, isSuccessful: true, statusCode: '00' });
    expect(comparable(read.text)).toEqual(comparable(asked.text));
  });

  it('the invariants are those of their query', async () => {
    const namesOf = (answer: WireAnswer): unknown => (field(answer, 'checks') as readonly Data[]).map(({ check }) => check);
    const [read, asked] = [await admin.get('/api/core/invariants'), await admin.cmd('CheckInvariantsQuery')];
    expect(namesOf(read)).toEqual(namesOf(asked));
    expect(namesOf(read)).toContain('failure-counts');
  });

  it('the trail answers as its query does', async () => {
    const read = await admin.get('/api/core/audit?action=StartProcessInstance&pageSize=1');
    expect(read.text).toBe((await admin.cmd('GetAuditTrail', { action: ['StartProcessInstance'], pageSize: 1 })).text);
    expect(field(read, 'items')).toHaveLength(1);
  });

  it('show what is there', async () => {
    expect((await admin.get('/api/core/failures')).data).toMatchObject({
      totalRecords: 1,
      items: [{ instanceGuid: guid, failedActivityId: 'Task_Fail', businessKey: 'L/1' }],
    });
    expect((await admin.get(`/api/core/instances/${guid}`)).data).toMatchObject({
      status: 'error',
      error: { taskId: 'Task_Fail' },
    });
    expect(await admin.get('/api/core/instances/unknown')).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      message: "Process instance 'unknown' not found.",
      statusCode: '99',
      data: null,
    });
  });
});

/** Without how far the trail is sealed: that goes on between two answers. */
function comparable(text: string): unknown {
  const answer = JSON.parse(text) as { data: Data };
  return { ...answer, data: { ...answer.data, sealedUpTo: null } };
}

describe('a query string', () => {
  const guids = async (query: string): Promise<number> =>
    Number(field(await admin.get(`/api/core/instances?${query}`), 'totalRecords'));

  it('gives lists with commas, repeated or with brackets', async () => {
    expect(await guids('status=error,waiting')).toBe(2);
    expect(await guids('status=error&status=waiting')).toBe(2);
    expect(await guids('status[]=error&status[]=waiting')).toBe(2);
    expect(await guids('status=error')).toBe(1);
  });

  it('gives objects as JSON, numbers, flags and encoded text', async () => {
    expect(await guids(`variables=${encodeURIComponent('[{"path":"amount","operator":"gt","value":6}]')}`)).toBe(1);
    expect(await guids('businessKey=L%2F1')).toBe(1);
    expect(await guids(`processDefinitionId=${id}`)).toBe(1);
    expect(field(await admin.get('/api/core/definitions?isActive=false'), 'totalRecords')).toBe(0);
  });

  it.each([
    ['an unknown parameter', 'instances?statuz=error', 'data.statuz', 'unknown'],
    ['a number that is none', 'instances?pageSize=ten', 'data.pageSize', 'type'],
    ['a number that is too large', 'instances?pageSize=101', 'data.pageSize', 'max'],
    ['a flag that is none', 'definitions?isActive=maybe', 'data.isActive', 'type'],
    ['a choice that is none', 'instances?sortDirection=up', 'data.sortDirection', 'choice'],
    ['a number given twice', 'instances?pageSize=1&pageSize=2', 'data.pageSize', 'type'],
    ['a NUL', 'instances?processKey=%00', 'data.processKey', 'storable'],
    ['an id that is none', 'definitions/abc', 'data.id', 'type'],
    ['a cursor that is none', 'audit?cursor=abc', 'data.cursor', 'cursor'],
  ])('with %s is 400', async (_what, path, at, code) => {
    const answer = await admin.get(`/api/core/${path}`);
    expect(answer).toMatchObject({ httpStatus: 400, isSuccessful: false, statusCode: '40' });
    expect(field(answer, 'errors')).toEqual([{ field: at, code, message: expect.any(String) }]);
  });

  it.each(['%zz', '%c0%80'])('or a path with the broken escape %s is 400 in the envelope', async (escape) => {
    expect(await admin.get(`/api/core/instances/${escape}`)).toMatchObject({
      httpStatus: 400,
      isSuccessful: false,
      statusCode: '40',
    });
  });

  it('never overrules the path', async () => {
    expect((await admin.get(`/api/core/instances/${guid}?instanceGuid=other`)).data).toMatchObject({ instanceGuid: guid });
    expect((await admin.get('/api/core/failures?status=waiting')).data).toMatchObject({ totalRecords: 1 });
  });
});

describe('plain reads are guarded', () => {
  it.each([...READ_ROUTES.map(({ path }) => path), 'audit', 'definitions/:id/xml'])(
    '%s needs a token and a tenant',
    async (path) => {
      const address = `/api/core/${path.replaceAll(/:\w+/g, '1')}`;
      expect(await new ApiClient(server.url, 'wrong').get(address)).toMatchObject({
        httpStatus: 401,
        statusCode: '401',
        data: null,
      });
      expect(await new ApiClient(server.url, admin.token, 'other').get(address)).toMatchObject({
        httpStatus: 403,
        statusCode: '403',
      });
    },
  );
});
