import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, field, type WireAnswer } from './support/api-client.js';
import { handlerTask, sequence, userTask } from './support/models.js';
import { startTestServer, type TestServer } from './support/test-server.js';

let server: TestServer;
let admin: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  await admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
  await admin.deploy(sequence('running', handlerTask('Task_Run', 'reprise:wait')));
});

afterAll(async () => {
  await server?.close();
});

type Status = 'running' | 'waiting' | 'error' | 'paused' | 'completed' | 'cancelled';

/** An instance in each state of CONTRACT section 2. */
async function instanceIn(status: Status): Promise<string> {
  if (status === 'error') return admin.start('failing');
  if (status === 'running') return admin.start('running', { delayMs: 60_000 }, { waitMs: 0 });
  if (status === 'completed') return admin.start('failing', { ok: true });
  const guid = await admin.start('waiting');
  if (status === 'paused') await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid });
  if (status === 'cancelled') await admin.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });
  return guid;
}

const COMMANDS: Readonly<Record<string, (instanceGuid: string) => Promise<WireAnswer>>> = {
  Retry: (instanceGuid) => admin.cmd('RetryFailedTaskCommand', { instanceGuid, updatedVariables: { ok: true } }),
  Skip: (instanceGuid) => admin.cmd('SkipFailedTaskCommand', { instanceGuid }),
  Cancel: (instanceGuid) => admin.cmd('CancelProcessInstanceCommand', { instanceGuid }),
  Pause: (instanceGuid) => admin.cmd('PauseProcessInstanceCommand', { instanceGuid }),
  Resume: (instanceGuid) => admin.cmd('ResumeProcessInstanceCommand', { instanceGuid }),
  Step: (instanceGuid) => admin.cmd('StepForwardCommand', { instanceGuid }),
  Signal: (instanceGuid) => admin.cmd('SignalProcessInstanceCommand', { instanceGuid, action: 'approve' }),
};

/** `refuse`, or the status after the command. */
const TABLE: readonly [Status, Readonly<Record<string, string>>][] = [
  ['running', { Retry: 'refuse', Skip: 'refuse', Cancel: 'cancelled', Pause: 'paused', Resume: 'refuse', Step: 'refuse' }],
  [
    'waiting',
    {
      Signal: 'completed',
      Retry: 'refuse',
      Skip: 'refuse',
      Cancel: 'cancelled',
      Pause: 'paused',
      Resume: 'refuse',
      Step: 'refuse',
    },
  ],
  ['error', { Retry: 'completed', Skip: 'completed', Cancel: 'cancelled', Pause: 'paused', Resume: 'refuse', Step: 'refuse' }],
  [
    'paused',
    {
      Signal: 'paused',
      Retry: 'refuse',
      Skip: 'refuse',
      Cancel: 'cancelled',
      Pause: 'refuse',
      Resume: 'waiting',
      Step: 'refuse',
    },
  ],
  [
    'completed',
    { Signal: 'refuse', Retry: 'refuse', Skip: 'refuse', Cancel: 'refuse', Pause: 'refuse', Resume: 'refuse', Step: 'refuse' },
  ],
  [
    'cancelled',
    { Signal: 'refuse', Retry: 'refuse', Skip: 'refuse', Cancel: 'refuse', Pause: 'refuse', Resume: 'refuse', Step: 'refuse' },
  ],
];

const CASES = TABLE.flatMap(([status, row]) => Object.entries(row).map(([command, after]) => [status, command, after] as const));

describe('the life of an instance', () => {
  it.each(CASES)('%s: %s leads to %s', async (status, command, after) => {
    const guid = await instanceIn(status);
    expect((await admin.state(guid)).data).toMatchObject({ status });

    const answer = await COMMANDS[command]!(guid);

    if (after === 'refuse') {
      expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: false, statusCode: '99' });
      expect(field(answer, 'currentStatus')).toBe(status);
      if (command !== 'Step')
        expect(answer.message).toMatch(new RegExp(`^Process instance is not in .* state\\. Current state: ${status}$`));
      expect((await admin.state(guid)).data).toMatchObject({ status });
      expect((await admin.trail(guid)).at(-1)).toMatchObject({ outcome: 'refused', statusBefore: status, statusAfter: status });
    } else {
      expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, statusCode: '00' });
      expect((await admin.state(guid)).data).toMatchObject({ status: after });
    }
    if (!['completed', 'cancelled'].includes(String(field(await admin.state(guid), 'status')))) await COMMANDS['Cancel']!(guid);
  });

  it('keeps a signal that came while it was paused, and delivers it on resume', async () => {
    const guid = await instanceIn('paused');
    await COMMANDS['Signal']!(guid);
    await COMMANDS['Resume']!(guid);
    expect((await admin.state(guid)).data).toMatchObject({
      status: 'completed',
      state: { variables: { lastUserAction: 'approve' } },
    });
  });

  it('begins nothing while it is paused: the attempt that runs may end, the next waits for the resume', async () => {
    await admin.deploy(sequence('two-tasks', handlerTask('Task_1', 'reprise:wait'), handlerTask('Task_2', 'reprise:noop')));
    const guid = await admin.start('two-tasks', { delayMs: 300 }, { waitMs: 0 });
    await admin.cmd('PauseProcessInstanceCommand', { instanceGuid: guid, comment: 'maintenance' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    const paused = await admin.state(guid);
    expect(paused.data).toMatchObject({
      status: 'paused',
      currentActivityId: 'Task_2',
      state: { completedTasks: ['StartEvent', 'Task_1'] },
    });

    const resumed = await admin.cmd('ResumeProcessInstanceCommand', {
      instanceGuid: guid,
      updatedVariables: { by: 'me' },
      resumeComment: 'done',
    });

    expect(resumed.data).toMatchObject({ status: 'completed', state: { variables: { by: 'me' } } });
  });

  it('is one start for the same instanceGuid', async () => {
    const before = await admin.start('waiting', {}, { instanceGuid: 'mine' });
    const again = await admin.cmd('StartProcessInstanceCommand', { processKey: 'waiting', instanceGuid: 'mine' });
    expect(again).toMatchObject({ isSuccessful: true, statusCode: '00', data: { instanceGuid: before } });
    const list = await admin.cmd('GetProcessInstanceListQuery', { processKey: 'waiting', pageSize: 100 });
    expect((field(list, 'items') as { instanceGuid: string }[]).filter((item) => item.instanceGuid === 'mine')).toHaveLength(1);
  });

  it('looks to another tenant like one that does not exist', async () => {
    const created = await admin.cmd('CreateApiTokenCommand', { name: 'other', tenants: ['other'], roles: ['admin'] });
    const other = new ApiClient(server.url, String(field(created, 'token')), 'other');
    const guid = await instanceIn('error');

    for (const name of [
      'RetryFailedTask',
      'SkipFailedTask',
      'CancelProcessInstance',
      'GetProcessInstanceState',
      'PauseProcessInstance',
    ]) {
      expect(JSON.parse((await other.cmd(name, { instanceGuid: guid })).text)).toEqual({
        isSuccessful: false,
        message: `Process instance '${guid}' not found.`,
        statusCode: '99',
        data: null,
      });
    }
    expect(field(await other.cmd('GetProcessInstanceListQuery'), 'totalRecords')).toBe(0);
    expect(field(await other.cmd('GetAuditTrailQuery', { instanceGuid: guid }), 'items')).toEqual([]);
  });
});
