import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Data } from '../e2e/support/api-client.js';
import { field } from '../e2e/support/api-client.js';
import { BatchTrials } from '../e2e/support/batch-trials.js';
import { succeeding } from '../e2e/support/test-service.js';
import { ADMIN_TOKEN } from '../e2e/support/test-server.js';
import { buildProduct } from '../support/built-product.js';
import { callOf, CommandLine } from './support/command-line.js';

// The product is built as a user's is.
jest.setTimeout(180_000);

let trials: BatchTrials;
let cli: CommandLine;

beforeAll(async () => {
  [trials] = await Promise.all([BatchTrials.open(), buildProduct()]);
  cli = await CommandLine.open({ REPRISE_URL: trials.server.url, REPRISE_TOKEN: ADMIN_TOKEN });
});
afterAll(async () => {
  await Promise.all([trials?.close(), cli?.close()]);
});
beforeEach(() => trials.anew());

async function groupOf(key: string): Promise<string> {
  return (await cli.run('failures', '-q', '--process', key)).out.trim();
}

describe('failure groups', () => {
  it('are listed with their counts, and say who looks after them', async () => {
    await trials.start(3);
    const groupId = await groupOf(trials.key);
    await cli.run('failures', 'own', groupId, 'ada', '--reason', 'on call');
    await cli.run('failures', 'note', groupId, '=the bureau is down');
    await cli.run('failures', 'ack', groupId);
    const table = await cli.run('failures', '--process', trials.key);
    const csv = await cli.run('failures', '--state', 'acknowledged', '--owner', 'ada', '-o', 'csv');
    await cli.run('failures', 'snooze', groupId, '2h');

    expect(table.out).toMatch(new RegExp(`^${groupId} +3 +█ +${trials.key} +Check +HTTP_503 .*acknowledged +ada`, 'm'));
    expect(table.err).toBe(`Next: reprise batch preview retry --group ${groupId}\n`);
    expect(csv.out).toContain(",acknowledged,ada,'=the bureau is down,");
    expect(await cli.json('failures', '--process', trials.key)).toMatchObject([{ groupId, state: 'snoozed' }]);
    expect((await cli.run('failures', '--process', trials.key, '--state', 'open')).out).toBe('No failure is open.\n');
    expect(await cli.run('failures', 'snooze', groupId, 'soon')).toMatchObject({
      code: 2,
      err: expect.stringContaining("Expected a duration such as 500ms, 10s, 5m, 1h or 2d, but got 'soon'."),
    });
    expect((await cli.run('failures', 'reopen', groupId)).code).toBe(0);
  });
});

describe('a batch', () => {
  it('is previewed, needs --yes where nobody can be asked, and repairs a group to its end', async () => {
    await trials.start(4);
    const groupId = await groupOf(trials.key);
    trials.service.answers(succeeding());
    const [preview, unasked, unchosen, partly] = await Promise.all([
      cli.run('batch', 'preview', 'retry', '--group', groupId),
      cli.run('batch', 'run', 'retry', '--group', groupId),
      cli.run('batch', 'run', 'retry', '--yes'),
      cli.run('batch', 'run', 'retry', '--group', groupId, '--yes', '--set', 'a.b=1'),
    ]);
    const moved = await cli.run('batch', 'run', 'retry', '--group', groupId, '--yes', '--expect', '3');
    const run = await cli.run(
      'batch',
      'run',
      'retry',
      '--group',
      groupId,
      '--yes',
      '--canary',
      '1',
      '--set',
      'repaired=true',
      '--reason',
      'back',
    );

    expect(preview.out).toMatch(new RegExp(`^4 items: error 4\\n {2}${trials.key}: 4\\n {2}.* at Check: would be running\\n`));
    expect(unasked).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^Expected --yes: .*\nNext: Preview it: /) });
    expect(unchosen).toMatchObject({ code: 2, err: expect.stringContaining('Expected one selection, but none is given.') });
    expect(partly).toMatchObject({ code: 2, err: expect.stringContaining("a part of 'a' would replace all of it") });
    expect(moved).toMatchObject({ code: 1, err: expect.stringContaining('Expected 3 items, but the selection meets 4 now.') });
    expect(run).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Batch \d+ {2}retry {2}completed\n {2}4 items: recovered 4\n/),
    });
    expect(run.err).toMatch(/^Batch \d+ {2}\[[#-]{24}\] {2}\d+ % of 4/);
    expect([run.out, run.err].join()).not.toMatch(/[\r\u001b]/);
    const [guid] = (await cli.run('ps', '-q', '--process', trials.key, '--where', 'repaired=true')).out.split('\n');
    expect((await trials.admin.state(guid ?? '')).data).toMatchObject({ status: 'waiting' });
  });

  it('whose items fail again ends with 1, has a report, and is repeated on those alone', async () => {
    const guids = await trials.start(3);
    const run = await cli.feed(`${guids.join('\n')}\nnobody\n`, 'batch', 'run', 'retry', '--ids-from', '-', '--yes', '-q');
    const batchId = run.out.trim();
    const report = await cli.run('batch', 'items', batchId, '--state', 'failed-again,refused', '-o', 'csv');
    trials.service.answers(succeeding());
    const repeated = await cli.run('batch', 'repeat', batchId, '-o', 'json');

    expect(run).toMatchObject({ code: 1, err: '' });
    const lines = report.out.trim().split('\r\n');
    expect(lines[0]).toBe(
      'item,instanceGuid,taskId,state,statusBefore,statusAfter,errorCode,errorMessage,reason,startedAt,endedAt',
    );
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(new RegExp(`^1,${String(guids[0])},Check,failed-again,error,error,HTTP_503,Credit bureau`));
    expect(lines[4]).toContain(',refused,');
    expect(repeated.code).toBe(0);
    expect(JSON.parse(repeated.out)).toMatchObject({ repeatOf: batchId, counts: { recovered: 3 } });
    expect((await cli.run('batch', 'list', '-q', '--status', 'completed')).out.split('\n')).toContain(batchId);
  });

  it('that stops says why and what to do next, and goes on or ends by command', async () => {
    await trials.start(3);
    const words = ['batch', 'run', 'retry', '--process', trials.key, '--yes', '--canary', '1', '--concurrency', '1'];
    const [first, second] = [await cli.run(...words), await cli.run(...words)];
    const [one = '', other = ''] = [first, second].map(({ out }) => /^Batch (\d+)/.exec(out)?.[1]);

    expect(first).toMatchObject({ code: 1, out: expect.stringContaining('stopped: Canary: 0 of 1 recovered') });
    expect(first.err).toContain(`Next: reprise batch resume ${one}, or batch abort ${one}`);
    expect(await cli.run('batch', 'abort', other, '--reason', 'no use')).toMatchObject({ code: 0 });
    trials.service.answers(succeeding());
    expect((await cli.run('batch', 'resume', one)).code).toBe(0);
    expect(await cli.run('batch', 'watch', one)).toMatchObject({
      code: 1,
      out: expect.stringContaining('recovered 2, failed-again 1'),
    });
    expect(await cli.run('batch', 'watch', other)).toMatchObject({ code: 1, out: expect.stringContaining('aborted') });
  });

  it('goes on when who started it leaves, who is told how to watch, pause and end it', async () => {
    await trials.start(3);
    trials.service.holds(succeeding());
    const child = cli.spawn('batch', 'run', 'retry', '--process', trials.key, '--yes', '--concurrency', '1');
    const ended = callOf(child);
    if (child.stderr) await once(child.stderr, 'data');
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    const batchId = /Batch (\d+) goes on at the server\./.exec(err)?.[1] ?? '';

    expect([code, out]).toEqual([130, '']);
    expect(err).toContain(`  watch it:  reprise batch watch ${batchId}\n  pause it:  reprise batch pause ${batchId}\n`);
    const paused = (await cli.json('batch', 'pause', batchId)) as Data;
    expect(paused).toMatchObject({ status: 'paused', total: 3 });
    trials.service.answers(succeeding());
    trials.service.release();
    await cli.run('batch', 'resume', batchId);
    expect((await cli.run('batch', 'watch', batchId)).code).toBe(0);
    expect(await cli.json('batch', 'get', batchId)).toMatchObject({ status: 'completed', counts: { recovered: 3 } });
  });

  it('does any of its kinds, and need not be watched', async () => {
    const guids = await trials.start(2);
    await cli.file('ids.txt', guids.join('\r\n'));
    const set = await cli.run('batch', 'run', 'set', '--ids-from', 'ids.txt', '--set', 'seen={"by":"ada"}', '--yes');
    const detached = await cli.run(
      'batch',
      'run',
      'cancel',
      '--process',
      trials.key,
      '--status',
      'error',
      '--terminate',
      '--yes',
      '--detach',
    );
    const batchId = /^Batch (\d+)/.exec(detached.out)?.[1] ?? '';

    expect(set).toMatchObject({ code: 0, out: expect.stringContaining('done 2') });
    expect(detached).toMatchObject({ code: 0, err: `Next: reprise batch watch ${batchId}\n` });
    expect((await cli.run('batch', 'watch', batchId)).code).toBe(0);
    const state = await trials.admin.state(guids[1] ?? '');
    expect([field(state, 'status'), field(state, 'state.variables.seen')]).toEqual(['cancelled', { by: 'ada' }]);
    expect(await cli.run('batch', 'run', 'explode', '--all', '--yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining("Expected one of retry, skip, cancel, pause, resume, set, retry-now, but got 'explode'."),
    });
  });
});
