import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { field, type Data } from '../e2e/support/api-client.js';
import { BatchTrials } from '../e2e/support/batch-trials.js';
import { sequence, userTask } from '../e2e/support/models.js';
import { succeeding, failing } from '../e2e/support/test-service.js';
import { ADMIN_TOKEN } from '../e2e/support/test-server.js';
import { buildProduct } from '../support/built-product.js';
import { CommandLine } from './support/command-line.js';

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

/** Instances of a process of their own, which have failed. */
async function failed(count: number): Promise<string[]> {
  await trials.anew();
  return trials.start(count);
}

const variablesOf = async (guid: string): Promise<unknown> => field(await trials.admin.state(guid), 'state.variables');

describe('models', () => {
  it('are deployed, deployed again as a new version, and left alone where they are the same', async () => {
    const file = await cli.file('claim.bpmn', sequence('claim', userTask('Check', 'Check')));
    expect(await cli.json('deploy', file, '--name', 'Claims')).toMatchObject([
      { file, processKey: 'claim', name: 'Claims', version: 1, outcome: 'created' },
    ]);
    expect(await cli.json('deploy', file, '--name', 'Claims')).toMatchObject([{ version: 1, outcome: 'unchanged' }]);
    await cli.file(file, sequence('claim', userTask('Check', 'Check twice')));

    expect(await cli.json('deploy', file, '--name', 'Claims')).toMatchObject([
      { processKey: 'claim', name: 'Claims', version: 2, outcome: 'updated' },
    ]);
  });

  it('are checked without being deployed, with file, line and reason', async () => {
    const good = await cli.file('good.bpmn', sequence('only-checked', userTask('Check', 'Check')));
    const bad = await cli.file('bad.bpmn', sequence('bad', { id: 'Odd', xml: '\n<bpmn:businessRuleTask id="Odd" />' }));

    const checked = await cli.run('lint', good, bad, '-o', 'csv');
    const deployed = await cli.run('deploy', bad);

    expect(checked.code).toBe(1);
    expect(checked.out.split('\r\n')[0]).toBe('file,line,column,severity,elementId,rule,message,hint');
    expect(checked.out).toMatch(/^bad\.bpmn,\d+,\d+,error,Odd,/m);
    expect(checked.out).not.toContain('good.bpmn');
    expect(await cli.run('lint', good)).toMatchObject({ code: 0, out: 'Nothing is wrong.\n' });
    expect(deployed).toMatchObject({ code: 1, err: expect.stringContaining('Next: reprise lint bad.bpmn') });
    expect((await cli.run('start', 'only-checked')).code).toBe(1);
    expect(field(await trials.admin.cmd('GetAuditTrailQuery', { text: 'only-checked' }), 'items')).toEqual([]);
  });
});

describe('instances', () => {
  it('are started with variables of options and files, found again by filters, and shown with commands to copy', async () => {
    await trials.anew();
    await cli.file('vars.json', '{"customer":{"id":1,"name":"Ada"},"serviceUrl":"overwritten"}');
    const words = [
      '--file',
      'vars.json',
      '--set',
      `serviceUrl=${trials.service.url}`,
      '--set',
      'customer.id=456',
      '--set',
      'plan=gold',
    ];

    const started = await cli.run('start', trials.key, ...words, '--business-key', 'B-1', '--guid', 'found-1', '--wait', '5s');

    expect(started).toMatchObject({ code: 0, out: expect.stringMatching(/^found-1 {2}error at Check\n {2}Credit bureau/) });
    expect(await variablesOf('found-1')).toMatchObject({ customer: { id: 456, name: 'Ada' }, plan: 'gold' });
    expect(await cli.run('ps', '-q', '--status', 'error', '--business-key', 'B-1', '--where', 'customer.id=456')).toEqual({
      code: 0,
      out: 'found-1\n',
      err: '',
    });
    expect((await cli.run('ps', '-q', '--process', trials.key, '--where', 'plan=silver')).out).toBe('');
    const shown = await cli.run('show', 'found-1', '--tenant', 'default');
    expect(shown.out).toContain("$ reprise retry found-1 --task Check --reason '<why>' --tenant default\n");
    expect(shown.out).not.toContain('\u001b');
    expect(await cli.json('attempts', 'found-1')).toMatchObject([{ taskId: 'Check', attempt: 1, errorCode: 'HTTP_503' }]);
  });

  it('are listed over several pages up to the limit, as tables, YAML and CSV with the same columns', async () => {
    const guids = await failed(3);
    const words = ['ps', '--process', trials.key, '--sort', 'instanceGuid', '--asc'];
    const table = await cli.run(...words, '--limit', '2');
    const csv = await cli.run(...words, '-o', 'csv');
    const yaml = await cli.run(...words, '-o', 'yaml');

    expect(table.out.split('\n')).toHaveLength(4);
    expect(table.err).toBe('2 of 3. All of them: --limit 3\n');
    expect(csv.out.split('\r\n').map((line) => line.split(',')[0])).toEqual(['instanceGuid', ...[...guids].sort(), '']);
    expect(csv.out.split('\r\n')[0]?.split(',')).toEqual(table.out.split('\n')[0]?.split(/ {2,}/));
    expect(yaml.out).toMatch(/^- instanceGuid: .*\n {2}processDefinitionId: \d+\n/);
  });

  it('are retried with corrected variables; each is told of, and the exit code says whether all succeeded', async () => {
    const [first = '', second = ''] = await failed(2);
    const again = await cli.run('retry', first, '--reason', 'impatient');
    trials.service.answers(succeeding());
    const plan = await cli.run('retry', first, '--dry-run');
    const both = await cli.run(
      'retry',
      first,
      'nobody',
      second,
      '--set',
      'timeout=30000',
      '--reason',
      'the bureau is back',
      '-o',
      'json',
    );

    expect(again).toMatchObject({ code: 1, out: expect.stringMatching(/failed-again +error +Check +Credit bureau .* - 503/) });
    expect(again.err).toContain(`Next: reprise show ${first}`);
    expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/would-be-done +running +executes Check/) });
    expect(both.code).toBe(1);
    expect(JSON.parse(both.out)).toMatchObject([
      { instanceGuid: first, outcome: 'done', status: 'waiting', data: { retriedTask: { retryComment: 'the bureau is back' } } },
      { instanceGuid: 'nobody', outcome: 'refused', message: "Process instance 'nobody' not found." },
      { instanceGuid: second, outcome: 'done' },
    ]);
    expect(await variablesOf(second)).toMatchObject({ timeout: 30_000 });
    expect((await cli.run('retry', first)).out).toContain('Current state: waiting');
  });

  it('are skipped with a stated result, and what waits is signalled', async () => {
    const [guid = ''] = await failed(1);
    const skipped = await cli.run(
      'skip',
      guid,
      '--task',
      'Check',
      '--set',
      'Check_result={"score":640}',
      '--reason',
      'from the paper file',
    );
    const foreseen = await cli.json('signal', guid, '--action', 'approve', '--dry-run');
    const before = (await trials.admin.state(guid)).data?.['status'];
    const signalled = await cli.run('signal', guid, '--action', 'approve', '--set', 'by=Ada');

    expect(skipped).toMatchObject({ code: 0, out: expect.stringMatching(/done +waiting +Approve/) });
    expect([foreseen, before]).toMatchObject([[{ outcome: 'would-be-done' }], 'waiting']);
    expect(signalled).toMatchObject({ code: 0, out: expect.stringMatching(/done +completed/) });
    expect(await variablesOf(guid)).toMatchObject({ Check_result: { score: 640 }, by: 'Ada', lastUserAction: 'approve' });
  });

  it('are paused, resumed and cancelled, each with a dry run that the audit trail tells as such', async () => {
    const [guid = ''] = await failed(1);
    const outcomes: unknown[] = [];
    for (const verb of ['pause', 'resume', 'cancel']) {
      if (verb === 'cancel') trials.service.answers(failing());
      for (const more of [['--dry-run'], ['--reason', 'as the tests want it']]) {
        const [result] = (await cli.json(verb, guid, ...more)) as [Data];
        outcomes.push([result['outcome'], (await trials.admin.state(guid)).data?.['status']]);
      }
    }
    expect(outcomes).toEqual([
      ['would-be-done', 'error'],
      ['done', 'paused'],
      ['would-be-done', 'paused'],
      ['done', 'error'],
      ['would-be-done', 'error'],
      ['done', 'cancelled'],
    ]);
    const trail = (await cli.json('audit', '--instance', guid, '--action', 'PauseProcessInstance')) as Data[];
    expect(trail).toMatchObject([
      { outcome: 'succeeded', comment: 'as the tests want it' },
      { outcome: 'succeeded', detail: { dryRun: true } },
    ]);
  });

  it('keep the other parts of a variable of which one is set', async () => {
    const [guid = ''] = await failed(1);
    await cli.run('set', guid, '--set', 'customer={"id":1,"name":"Ada"}');
    const planned = await cli.run('set', guid, '--set', 'customer.id=2', '--dry-run');
    const done = await cli.run('set', guid, '--set', 'customer.id=2', '--set', 'customer.address.city=Paris');

    expect(planned.out).toMatch(/would-be-done +error +changes \/variables\/customer/);
    expect(done.code).toBe(0);
    expect(await variablesOf(guid)).toMatchObject({ customer: { id: 2, name: 'Ada', address: { city: 'Paris' } } });
    expect(await cli.run('set', guid)).toMatchObject({ code: 2, err: expect.stringContaining('Next: Give --set name=value') });
  });
});

describe('the server', () => {
  it('has circuits, limits and tokens that are seen and changed', async () => {
    const steps = [
      await cli.run('breaker', 'open', 'task:cli', '--for', '1h', '--reason', 'maintenance'),
      await cli.run('breaker', '-q'),
      await cli.run('breaker', 'close', 'task:cli'),
      await cli.run('limits', 'set', 'task:cli', '--concurrency', '2', '--rate', '0.5'),
      await cli.run('limits', '-o', 'csv'),
      await cli.run('limits', 'remove', 'task:cli'),
    ];
    expect(steps.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(steps[1]?.out).toBe('task:cli\n');
    expect(steps[4]?.out).toMatch(/^task:cli,2,0\.5,/m);
    const made = await cli.run('tokens', 'create', 'ci', '--role', 'viewer', '--expires-in', '1d', '-q');
    const reader = cli.with({ REPRISE_URL: trials.server.url, REPRISE_TOKEN: made.out.trim() });
    const [token] = ((await cli.json('tokens')) as Data[]).filter(({ name }) => name === 'ci');
    expect((await reader.run('ps')).code).toBe(0);
    expect(await reader.run('doctor')).toMatchObject({ code: 4, err: expect.stringContaining("'server:check'") });
    expect((await cli.run('tokens', 'revoke', String(token?.['id']))).code).toBe(0);
    expect((await reader.run('ps')).code).toBe(4);
  });

  it('exports its audit trail as it is, and is measured by a process that is gone afterwards', async () => {
    const exported = await cli.run('audit', 'export', '--format', 'csv', '--to-file', 'audit.csv');
    const lines = await cli.run('audit', 'export', '--action', 'OpenCircuit');
    const measured = (await cli.json('bench', '--clients', '2', '--duration', '200ms')) as Data;

    expect(exported.code).toBe(0);
    expect(await cli.run('audit', 'export', '--format', 'csv', '--proof')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('proof needs Accept: application/x-ndjson'),
    });
    expect(await readFile(join(cli.directory, 'audit.csv'), 'utf8')).toMatch(/^id,tenantId,at,actor,/);
    expect(
      lines.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ action: 'OpenCircuit' }]);
    expect(measured).toMatchObject({ clients: 2, failed: 0, instances: expect.any(Number), p99Ms: expect.any(Number) });
    expect(measured['instances']).toBeGreaterThan(0);
    expect(field(await trials.admin.cmd('GetProcessDefinitionListQuery', { searchText: 'bench-' }), 'items')).toEqual([]);
  });

  it('is checked, by the doctor and by the audit trail, and answers 5 where something is wrong', async () => {
    const [guid = ''] = await failed(1);
    const healthy = await cli.run('doctor');
    const intact = await cli.run('audit', 'verify');
    const database = new pg.Client({ connectionString: trials.server.databaseUrl });
    await database.connect();
    // As a superuser may: the triggers that refuse it are off.
    await database.query('SET session_replication_role = replica');
    await database.query("UPDATE audit_entry SET comment = 'nothing to see' WHERE instance_guid = $1", [guid]);
    await database.query("UPDATE process_instance SET status = 'waiting' WHERE guid = $1", [guid]);
    const sick = await cli.run('doctor');
    const tampered = await cli.run('audit', 'verify');
    await database.end();

    expect(healthy).toMatchObject({ code: 0, out: expect.stringMatching(/^failure-counts +yes +0 +0 /m) });
    expect(healthy.err).toBe('All checks hold, of all tenants.\n');
    expect(intact).toMatchObject({ code: 0, out: expect.stringMatching(/^The audit trail is intact: \d+ entries\.\n$/) });
    expect(sick).toMatchObject({ code: 5, out: expect.stringMatching(/^failures-have-errors +NO +1 +0 .* \(waiting\)$/m) });
    expect(sick.err).toBe('1 of 12 checks do not hold, of all tenants.\n');
    expect(tampered).toMatchObject({ code: 5, out: expect.stringContaining('The audit trail was tampered with: entry ') });
  });
});
