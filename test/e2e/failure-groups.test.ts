import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { ApiClient, field, type Data, type WireAnswer } from './support/api-client.js';
import { BatchTrials } from './support/batch-trials.js';
import { failing, succeeding } from './support/test-service.js';

jest.setTimeout(60_000);

let trials: BatchTrials;
beforeAll(async () => {
  trials = await BatchTrials.open();
});
afterAll(() => trials.close());
beforeEach(() => trials.anew());

const groups = (data: object = {}): Promise<WireAnswer> =>
  trials.admin.cmd('GetFailureGroupsQuery', { processKey: trials.key, ...data });
const itemsOf = (answer: WireAnswer): readonly Data[] => field(answer, 'items') as readonly Data[];

/** The first group of the process. */
async function onlyGroup(): Promise<Data> {
  const [group] = itemsOf(await groups());
  if (!group) throw new Error('Expected a group, but there is none');
  return group;
}

async function rowsOf(text: string): Promise<Data[]> {
  const client = new pg.Client({ connectionString: trials.server.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('failure groups', () => {
  it('are one for a cause, whatever else is in its messages, over all versions of a process', async () => {
    trials.service.answers((_call, response) =>
      failing(503, `No answer for loan ${trials.service.calls.length}`)(_call, response),
    );
    const guids = await trials.start(3);
    trials.service.answers(failing(401, 'Who are you?'));
    await trials.start(2);

    const [most, least, ...others] = itemsOf(await groups());

    expect(others).toEqual([]);
    expect(most).toMatchObject({
      processKey: trials.key,
      activityId: 'Check',
      errorCode: 'HTTP_503',
      errorClass: 'SERVICE_UNAVAILABLE',
      pattern: expect.stringContaining('No answer for loan <n>'),
      count: 3,
      affectedVersions: [{ version: 1, count: 3 }],
      state: 'open',
    });
    expect((most?.['trend'] as Data[]).at(-1)).toMatchObject({ opened: 3, settled: 0 });
    expect(guids).toContain((most?.['samples'] as Data[])[0]?.['instanceGuid']);
    expect(least).toMatchObject({ errorCode: 'HTTP_401', count: 2 });
    expect(itemsOf(await groups({ errorClass: 'SERVICE_UNAVAILABLE' }))).toHaveLength(1);
    expect(itemsOf(await groups({ text: 'who ARE' }))).toMatchObject([{ errorCode: 'HTTP_401' }]);
    expect(itemsOf(await groups({ pageSize: 1, pageNumber: 2 }))).toMatchObject([{ errorCode: 'HTTP_401' }]);
    const listed = await trials.admin.cmd('GetProcessInstanceListQuery', { failureGroup: most?.['groupId'] });
    expect(
      itemsOf(listed)
        .map(({ instanceGuid }) => instanceGuid)
        .sort(),
    ).toEqual([...guids].sort());
    expect(await trials.admin.get(`/api/core/failure-groups?processKey=${trials.key}`)).toMatchObject({
      data: { totalRecords: 2 },
    });
  });

  it('equal a count of the incidents after retries, skips, cancels, batches and new failures', async () => {
    const guids = await trials.start(12);
    trials.service.answers(succeeding());
    await Promise.all(
      guids.slice(0, 6).map((instanceGuid, i) => {
        if (i % 3 === 0) return trials.admin.cmd('RetryFailedTaskCommand', { instanceGuid });
        return trials.admin.cmd(i % 3 === 1 ? 'SkipFailedTaskCommand' : 'CancelProcessInstanceCommand', { instanceGuid });
      }),
    );
    trials.service.answers(failing());
    await trials.ended(await trials.batch({ kind: 'retry', instanceGuids: guids.slice(6, 10) }));
    await trials.start(3);

    const counted = await rowsOf(
      'SELECT fingerprint AS "groupId", count(*)::integer AS count FROM incident WHERE resolved_at IS NULL GROUP BY 1 ORDER BY 1',
    );

    const all = itemsOf(await trials.admin.cmd('GetFailureGroupsQuery', { pageSize: 100 }));
    const shown = all
      .map(({ groupId, count }) => ({ groupId, count }))
      .sort((a, b) => String(a.groupId).localeCompare(String(b.groupId)));
    expect(shown).toEqual(counted);
    expect(await onlyGroup()).toMatchObject({ count: 9, total: 19 });
  });

  it('remember who looks after them, and the audit trail who said so', async () => {
    await trials.start(1);
    const { groupId } = await onlyGroup();
    const until = new Date(Date.now() + 3_600_000).toISOString();

    await trials.admin.cmd('UpdateFailureGroupCommand', { groupId, owner: 'ada', note: 'bureau is down', comment: 'mine' });
    const snoozed = await trials.admin.cmd('UpdateFailureGroupCommand', { groupId, state: 'snoozed', snoozedUntil: until });

    expect(snoozed.data).toEqual({ groupId, state: 'snoozed', snoozedUntil: until, owner: 'ada', note: 'bureau is down' });
    expect(await onlyGroup()).toMatchObject({ state: 'snoozed', owner: 'ada' });
    expect(itemsOf(await groups({ state: ['open'] }))).toEqual([]);
    const cleared = await trials.admin.cmd('UpdateFailureGroupCommand', { groupId, state: 'acknowledged', owner: '' });
    expect(cleared.data).toMatchObject({ state: 'acknowledged', snoozedUntil: null, owner: null, note: 'bureau is down' });
    const trail = await trials.admin.cmd('GetAuditTrailQuery', { action: ['UpdateFailureGroup'], processKey: trials.key });
    expect(itemsOf(trail).at(-1)).toMatchObject({
      comment: 'mine',
      outcome: 'succeeded',
      detail: { groupId },
      changes: [
        { path: '/owner', before: null, after: 'ada' },
        { path: '/note', before: null, after: 'bureau is down' },
      ],
    });
  });

  it.each([
    ['without anything to say', {}, 'Expected state, owner or note'],
    ['snoozed without an end', { state: 'snoozed' }, 'Expected snoozedUntil'],
    ['snoozed until the past', { state: 'snoozed', snoozedUntil: '2020-01-01' }, 'must be in the future'],
    ['in a state that there is not', { state: 'closed' }, 'state must be'],
  ])('are not changed %s', async (_title, data, message) => {
    const answer = await trials.admin.cmd('UpdateFailureGroupCommand', { groupId: 'x', ...data });

    expect(answer).toMatchObject({ httpStatus: 400 });
    expect(answer.text).toContain(message);
  });

  it('are those of the own tenant, and changed by who may', async () => {
    await trials.start(1);
    const { groupId } = await onlyGroup();
    const clientOf = async (tenant: string, role: string): Promise<ApiClient> => {
      const { data } = await trials.admin.cmd('CreateApiTokenCommand', { name: role, tenants: [tenant], roles: [role] });
      return new ApiClient(trials.server.url, String(data?.['token']), tenant);
    };
    const [rival, viewer] = await Promise.all([clientOf('rival', 'operator'), clientOf('default', 'viewer')]);

    expect(itemsOf(await rival.cmd('GetFailureGroupsQuery'))).toEqual([]);
    expect(itemsOf(await rival.cmd('GetFailureGroupsQuery', { groupId, includeSettled: true }))).toEqual([]);
    expect(await rival.cmd('UpdateFailureGroupCommand', { groupId, owner: 'eve' })).toMatchObject({
      isSuccessful: false,
      message: `Failure group '${String(groupId)}' not found.`,
    });
    expect(await viewer.cmd('UpdateFailureGroupCommand', { groupId, owner: 'eve' })).toMatchObject({ httpStatus: 403 });
    expect(await onlyGroup()).toMatchObject({ owner: null });
  });
});
