import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, type ApiClient, type Data } from '../e2e/support/api-client.js';
import { handlerTask, sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
});

afterAll(async () => {
  await server?.close();
});

const waiting = (key: string): string => sequence(key, userTask('Task_Wait', 'Wait for it'));
const idOf = async (xml: string): Promise<number> => Number(field(await admin.deploy(xml), 'id'));
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

describe('deleting a definition', () => {
  it('takes its ended instances with it, but not their trail', async () => {
    const id = await idOf(sequence('ended', handlerTask('A', 'reprise:noop')));
    const guid = await admin.start('ended');
    const answer = await admin.cmd('DeleteProcessDefinitiionCommand', { id });
    expect(JSON.parse(answer.text)).toEqual({
      isSuccessful: true,
      message: 'Process definition deleted successfully',
      statusCode: '00',
      data: { id, name: 'ended', deletedInstances: 1, deletedAt: INSTANT },
    });
    expect(await admin.state(guid)).toMatchObject({ isSuccessful: false, data: null });
    expect((await admin.trail(guid)).map(({ action }) => action)).toContain('StartProcessInstance');
    expect(await admin.cmd('GetProcessDefinitionById', { id })).toMatchObject({ statusCode: '404' });
  });

  it('is refused while instances are active, and says which', async () => {
    const id = await idOf(waiting('active'));
    const guid = await admin.start('active', {}, { businessKey: 'L-1' });
    const answer = await admin.cmd('DeleteProcessDefinition', { id });
    expect(answer).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      message: 'Cannot delete: Process has 1 active instance',
      statusCode: '40',
      data: {
        activeInstances: 1,
        instanceIds: [guid],
        instanceDetails: [
          { instanceId: guid, businessKey: 'L-1', status: 'ACTIVE', currentTask: 'Wait for it', startTime: INSTANT },
        ],
        suggestion: expect.any(String),
      },
    });
    expect((await admin.state(guid)).data).toMatchObject({ status: 'waiting' });
  });

  it('by force cancels what is active first, each cancellation in the trail', async () => {
    const id = await idOf(waiting('forced'));
    const guids = [await admin.start('forced'), await admin.start('forced')];
    expect(await admin.cmd('DeleteProcessDefinition', { id, force: true })).toMatchObject({
      isSuccessful: true,
      data: { deletedInstances: 2 },
    });
    for (const guid of guids) {
      expect((await admin.trail(guid)).at(-1)).toMatchObject({ action: 'CancelProcessInstance', statusAfter: 'cancelled' });
    }
  });

  it('by force needs the permission to cancel', async () => {
    const id = await idOf(waiting('deployers'));
    const created = await admin.cmd('CreateApiToken', { name: 'deployer', roles: ['deployer'] });
    const answer = await fetch(`${server.url}/api/core/cmd`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(field(created, 'token'))}`, 'x-tenant-id': 'default' },
      body: JSON.stringify({ cmd: 'DeleteProcessDefinition', data: { id, force: true } }),
    });
    expect(await answer.json()).toMatchObject({ isSuccessful: false, data: { requiredPermission: 'instance:cancel' } });
  });

  it('twice at once deletes once: the second finds none', async () => {
    const id = await idOf(waiting('twice'));
    const answers = await Promise.all(Array.from({ length: 5 }, () => admin.cmd('DeleteProcessDefinition', { id })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual(['00', '404', '404', '404', '404']);
    const trail = field(await admin.cmd('GetAuditTrail', { action: ['DeleteProcessDefinition'] }), 'items') as readonly Data[];
    const outcomes = trail.filter(({ detail }) => (detail as Data)['definitionId'] === id).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['refused', 'refused', 'refused', 'refused', 'succeeded']);
  });

  it.each(['DeleteProcessDefinition', 'UpdateProcessDefinition', 'GetProcessDefinitionById', 'GetProcessDefinitionXml'])(
    'or else %s of an unknown definition is "404"',
    async (cmd) => {
      expect(await admin.cmd(cmd, { id: '987654' })).toMatchObject({
        httpStatus: 200,
        isSuccessful: false,
        message: 'Process definition with ID 987654 not found',
        statusCode: '404',
        data: null,
      });
      expect(await admin.cmd(cmd, { id: 'abc' })).toMatchObject({ httpStatus: 400, statusCode: '40' });
      expect(await admin.cmd(cmd, {})).toMatchObject({ httpStatus: 400, statusCode: '40' });
    },
  );
});

describe('scheduling by command', () => {
  it('is refused with what to do instead', async () => {
    const id = await idOf(waiting('scheduled'));
    const data = { processDefinitionId: id, schedulingEnabled: true, cronExpression: '0 0 9 * * ?' };
    const answer = await admin.cmd('UpdateSchedulingInformationCommand', data);
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '40', data: null });
    expect(answer.message).toContain('not available yet. Use a timer start event');
    expect(await admin.cmd('UpdateSchedulingInformation', { ...data, processDefinitionId: 987_654 })).toMatchObject({
      statusCode: '404',
    });
  });
});
