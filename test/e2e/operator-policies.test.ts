import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApiClient, field, type Data, type WireAnswer } from './support/api-client.js';
import { BatchTrials, countsOf, idOf } from './support/batch-trials.js';
import { succeeding } from './support/test-service.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);

let trials: BatchTrials;
let ada: ApiClient;
let bob: ApiClient;
let viewer: ApiClient;
let guid: string;

beforeAll(async () => {
  trials = await BatchTrials.open();
  const clientOf = async (name: string, roles: string[]): Promise<ApiClient> => {
    const { data } = await trials.admin.cmd('CreateApiTokenCommand', { name, tenants: ['default'], roles });
    return new ApiClient(trials.server.url, String(data?.['token']));
  };
  [ada, bob, viewer] = await Promise.all([
    clientOf('ada', ['operator']),
    clientOf('bob', ['operator']),
    clientOf('eve', ['viewer']),
  ]);
});
afterAll(() => trials.close());
beforeEach(async () => {
  await trials.anew();
  [guid] = (await trials.start(1)) as [string];
});

const set = (rules: object): Promise<WireAnswer> =>
  trials.admin.cmd('SetOperatorPolicyCommand', { processKey: trials.key, ...rules });
const retry = (more: object = {}, client = ada): Promise<WireAnswer> =>
  client.cmd('RetryFailedTaskCommand', { instanceGuid: guid, ...more });
const request = (data: object = {}, cmd = 'RetryFailedTaskCommand', client = ada): Promise<WireAnswer> =>
  client.cmd('RequestApprovalCommand', { cmd, data: { instanceGuid: guid, ...data }, reason: 'the bureau is back' });
const approvalOf = (answer: WireAnswer): string => String(field(answer, 'approvalId'));

describe('a policy for operators', () => {
  it('lets a command be done only with a reason', async () => {
    await set({ retry: 'reason' });

    expect(await retry()).toMatchObject({
      httpStatus: 200,
      isSuccessful: false,
      statusCode: '99',
      message: `Retrying task 'Check' needs a reason by the policy of process '${trials.key}'. Say it in \`comment\`.`,
      data: { currentStatus: 'error', rule: 'reason', policy: { processKey: trials.key, taskId: null } },
    });
    expect(await retry({ comment: '  ' })).toMatchObject({ statusCode: '99', data: { rule: 'reason' } });
    expect(await retry({ comment: 'repaired' })).toMatchObject({ message: 'Task retry failed.' });
    const [entry] = (await trials.admin.trail(guid)).filter(({ outcome }) => outcome === 'refused');
    expect(entry).toMatchObject({ action: 'RetryFailedTask', detail: { reason: expect.stringContaining('needs a reason') } });
  });

  it('forbids, for all of the tenant, for a process, or for one task alone; the most specific word counts', async () => {
    await trials.admin.cmd('SetOperatorPolicyCommand', { skip: 'forbidden', cancel: 'forbidden' });
    await set({ taskId: 'Check', skip: 'allowed' });
    const skip = await ada.cmd('SkipFailedTaskCommand', { instanceGuid: guid });
    const cancel = await ada.cmd('CancelProcessInstanceCommand', { instanceGuid: guid, reason: 'no' });
    await trials.admin.cmd('RemoveOperatorPolicyCommand', {});

    expect(skip.isSuccessful).toBe(true);
    expect(cancel).toMatchObject({ message: `Cancelling process '${trials.key}' is forbidden by the policy of the tenant.` });
    expect(await trials.admin.cmd('RemoveOperatorPolicyCommand', {})).toMatchObject({ statusCode: '404' });
    expect(await ada.cmd('CancelProcessInstanceCommand', { instanceGuid: guid })).toMatchObject({ isSuccessful: true });
  });

  it.each([
    ['RetryFailedTaskCommand', { updatedVariables: { amount: 1, note: 'x' } }],
    ['SkipFailedTaskCommand', { additionalData: { amount: 1 } }],
    ['SetProcessVariablesCommand', { variables: { amount: 1 } }],
  ])('protects variables from %s', async (cmd, data) => {
    await set({ protectedVariables: ['amount'] });

    const answer = await ada.cmd(cmd, { instanceGuid: guid, ...data });

    expect(answer).toMatchObject({ isSuccessful: false, data: { rule: 'variables' } });
    expect(answer.message).toContain("Variable 'amount' is protected");
    expect((await ada.state(guid)).data).toMatchObject({
      status: 'error',
      state: { variables: expect.not.objectContaining({ amount: 1 }) },
    });
  });

  it('lets only some variables be changed, and only to what a schema allows', async () => {
    const variablesSchema = { properties: { score: { type: 'integer', maximum: 850 } } };
    await set({ allowedVariables: ['score'], variablesSchema });

    expect((await retry({ updatedVariables: { other: 1 } })).message).toContain("Variable 'other' may not be changed");
    expect((await retry({ updatedVariables: { score: 900 } })).message).toContain('/score must be <= 850');
    expect((await retry({ updatedVariables: { score: 700 } })).message).toBe('Task retry failed.');
    expect(await set({ variablesSchema: { type: 'nonsense' } })).toMatchObject({ httpStatus: 400 });
  });

  it('tells in a dry run that the command would be refused', async () => {
    await set({ retry: 'forbidden' });

    const answer = await retry({ dryRun: true });

    expect(answer).toMatchObject({
      isSuccessful: true,
      data: { dryRun: true, allowed: false, rule: 'forbidden', statusAfter: 'error' },
    });
  });

  it('says with every failure what the caller may do about it, and why not', async () => {
    await set({ retry: 'reason', skip: 'approval', cancel: 'forbidden' });
    const actions = async (client: ApiClient): Promise<readonly Data[]> =>
      field(await client.state(guid), 'nextActions') as Data[];

    expect(await actions(ada)).toMatchObject([
      { action: 'retry', label: 'Retry Again', command: 'RetryFailedTaskCommand', allowed: true, requires: 'reason' },
      { action: 'skip', allowed: false, requires: 'approval', reason: expect.stringContaining('needs a second person') },
      { action: 'cancel', allowed: false, reason: expect.stringContaining('is forbidden') },
    ]);
    expect(await actions(viewer)).toMatchObject([
      { action: 'retry', allowed: false, reason: "This token lacks the permission 'task:retry'." },
      { allowed: false },
      { allowed: false },
    ]);
    expect(field(await retry({ comment: 'again' }), 'nextActions')).toMatchObject([
      { allowed: true },
      { allowed: false },
      { allowed: false },
    ]);
  });

  it('holds for each item of a batch, also where it is set while the batch runs', async () => {
    await trials.start(3);
    trials.service.answers(succeeding());
    const started = await trials.batch({ kind: 'retry', filter: { processKey: trials.key }, concurrency: 1, ratePerSecond: 4 });
    await trials.service.hasCalls(trials.service.calls.length + 1);
    await set({ retry: 'forbidden' });

    const result = await trials.ended(started);

    const { recovered, refused } = countsOf(result) as { recovered: number; refused: number };
    expect(recovered + refused).toBe(4);
    expect(refused).toBeGreaterThan(0);
    expect(await trials.items(started, 'refused')).toEqual(
      expect.arrayContaining([expect.objectContaining({ reason: expect.stringContaining('is forbidden') })]),
    );
  });

  it.each([
    ['nothing', {}],
    ['a task of no process', { processKey: undefined, taskId: 'Check', retry: 'forbidden' }],
    ['a task that is cancelled', { taskId: 'Check', cancel: 'forbidden' }],
    ['a rule that there is not', { retry: 'perhaps' }],
  ])('is refused for %s', async (_title, rules) => {
    expect(await set(rules)).toMatchObject({ httpStatus: 400 });
    expect(await ada.cmd('SetOperatorPolicyCommand', { retry: 'forbidden' })).toMatchObject({ httpStatus: 403 });
  });
});

describe('an approval', () => {
  beforeEach(() => set({ retry: 'approval' }));

  it('lets a second person do what the first has asked for, with what it would do shown to both', async () => {
    expect(await retry({ comment: 'repaired' })).toMatchObject({ data: { rule: 'approval' } });
    const requested = await request({ updatedVariables: { fixed: true } });
    trials.service.answers(succeeding());
    const approvalId = approvalOf(requested);

    const byHerself = await ada.cmd('ApproveCommand', { approvalId });
    const approved = await bob.cmd('ApproveCommand', { approvalId, comment: 'looks right' });

    expect(requested.data).toMatchObject({ status: 'pending', dryRun: { allowed: true, willExecute: [{ taskId: 'Check' }] } });
    expect(byHerself).toMatchObject({
      isSuccessful: false,
      message: 'Expected a second person to agree, but this is the one who asked.',
    });
    expect(approved).toMatchObject({
      isSuccessful: true,
      data: { status: 'executed', answer: { message: 'Task retried successfully. Process waiting at next UserTask.' } },
    });
    expect((await ada.state(guid)).data).toMatchObject({ status: 'waiting', state: { variables: { fixed: true } } });
    const trail = await trials.admin.trail(guid);
    expect(trail.find(({ action }) => action === 'RequestApproval')).toMatchObject({ comment: 'the bureau is back' });
    expect(trail.find(({ action }) => action === 'Approve')).toMatchObject({ comment: 'looks right' });
    expect(trail.find(({ action, outcome }) => action === 'RetryFailedTask' && outcome === 'succeeded')).toMatchObject({
      comment: 'the bureau is back',
      detail: { approval: { approvalId: Number(approvalId), requestedBy: expect.stringContaining('ada') } },
    });
    expect(await bob.cmd('ApproveCommand', { approvalId })).toMatchObject({ data: { currentStatus: 'executed' } });
    expect(field(await ada.cmd('GetApprovalsQuery', { instanceGuid: guid }), 'items')).toMatchObject([
      { approvalId, status: 'executed' },
    ]);
  });

  it('is of what was shown: an instance that has moved on since is left alone', async () => {
    const requested = await request();
    await ada.cmd('SetProcessVariablesCommand', { instanceGuid: guid, variables: { x: 1 } });
    trials.service.calls.length = 0;

    const approved = await bob.cmd('ApproveCommand', { approvalId: approvalOf(requested) });

    expect(approved).toMatchObject({
      isSuccessful: false,
      data: { status: 'refused', answer: { data: { currentStatus: 'error' } } },
    });
    expect(trials.service.calls).toHaveLength(0);
  });

  it('is given once, whoever else decides at the same time', async () => {
    trials.service.answers(succeeding());
    trials.service.calls.length = 0;
    const approvalId = approvalOf(await request());

    const answers = await Promise.all([
      bob.cmd('ApproveCommand', { approvalId }),
      trials.admin.cmd('ApproveCommand', { approvalId }),
      trials.admin.cmd('RejectCommand', { approvalId, comment: 'no' }),
    ]);

    const done = answers.filter(({ isSuccessful }) => isSuccessful).length;
    expect(done).toBeGreaterThanOrEqual(1);
    expect(trials.service.calls.length).toBeLessThanOrEqual(1);
    expect(
      (await trials.admin.trail(guid)).filter(
        ({ action, outcome }) => /^(Approve|Reject)$/.test(String(action)) && outcome === 'succeeded',
      ),
    ).toHaveLength(1);
  });

  it('can be refused, with a reason, and runs out by itself', async () => {
    const approvalId = approvalOf(await request());
    expect(await bob.cmd('RejectCommand', { approvalId })).toMatchObject({ httpStatus: 400 });
    expect(await bob.cmd('RejectCommand', { approvalId, comment: 'not yet' })).toMatchObject({ isSuccessful: true });
    expect(await bob.cmd('ApproveCommand', { approvalId })).toMatchObject({ data: { currentStatus: 'rejected' } });

    const short = await ada.cmd('RequestApprovalCommand', {
      cmd: 'RetryFailedTask',
      data: { instanceGuid: guid },
      reason: 'x',
      expiresInMs: 1_000,
    });
    await until(
      () => ada.cmd('GetApprovalsQuery', { instanceGuid: guid, status: ['expired'] }),
      (found) => field(found, 'totalRecords') === 1,
    );
    expect(await bob.cmd('ApproveCommand', { approvalId: approvalOf(short) })).toMatchObject({
      data: { currentStatus: 'expired' },
    });
  });

  it('of a batch is one of each of its items', async () => {
    await trials.start(3);
    trials.service.answers(succeeding());
    const plan = { kind: 'retry', filter: { processKey: trials.key } };
    const alone = await trials.batch({ ...plan, reason: 'alone' });
    expect(countsOf(await trials.ended(alone))).toEqual({ refused: 4 });
    const requested = await ada.cmd('RequestApprovalCommand', {
      cmd: 'StartBatchCommand',
      data: plan,
      reason: 'the bureau is back',
    });

    const approved = await bob.cmd('ApproveCommand', { approvalId: approvalOf(requested) });

    expect(requested.data).toMatchObject({ dryRun: { total: 4, byStatus: { error: 4 } } });
    const started = { ...approved, data: field(approved, 'answer.data') as Data };
    expect(countsOf(await trials.ended(started))).toEqual({ recovered: 4 });
    expect(idOf(started)).toBe(approvalOf(requested));
  });

  it('is not to be had for what the state forbids, for other commands, or by who may not do them', async () => {
    await ada.cmd('CancelProcessInstanceCommand', { instanceGuid: guid });

    expect(await request()).toMatchObject({ isSuccessful: false, message: expect.stringContaining('would be refused') });
    expect(await request({}, 'DeleteProcessDefinitionCommand')).toMatchObject({ httpStatus: 400 });
    expect(await request({ nonsense: 1 })).toMatchObject({
      httpStatus: 400,
      data: { errors: [{ field: 'data.data.nonsense' }] },
    });
    expect(await request({}, 'RetryFailedTaskCommand', viewer)).toMatchObject({ httpStatus: 403 });
    expect(await bob.cmd('ApproveCommand', { approvalId: '12' })).toMatchObject({ message: "Approval '12' not found." });
  });
});
