import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ApiClient, field } from '../e2e/support/api-client.js';
import { handlerTask, httpTask, scriptTask, sequence } from '../e2e/support/models.js';
import { ProcessServer } from '../e2e/support/process-server.js';
import { ADMIN_TOKEN } from '../e2e/support/test-server.js';
import { failing, TestService } from '../e2e/support/test-service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { JWT_SECRET, signToken } from './support/jwt.js';

/** What must not be told. */
const VARIABLE = 'the-value-of-a-variable';
const HEADER = 'the-key-of-a-service';

let database: TestDatabase;
let service: TestService;
let server: ProcessServer;
let jwt: string;
let apiToken: string;
/** Texts of all answers that were refusals or faults. */
const answers: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  service = await new TestService().start();
  service.answers(failing());
  server = await ProcessServer.start(database.url, { LOG_LEVEL: 'trace', REPRISE_JWT_SECRET: JWT_SECRET });
  jwt = await signToken({ sub: 'olga' });
  apiToken = String(field(await server.admin.cmd('CreateApiToken', { name: 'robot', roles: ['operator'] }), 'token'));
  await useEverything();
}, 60_000);

afterAll(async () => {
  await server?.kill();
  await service?.stop();
  await database?.drop();
});

/** A day of a server in a few seconds: what is done, what is refused, what fails and what breaks. */
async function useEverything(): Promise<void> {
  const { admin } = server;
  const olga = new ApiClient(server.url, jwt);
  const robot = new ApiClient(server.url, apiToken);
  const headers = JSON.stringify({ 'X-Api-Key': '${apiKey}', 'X-Fixed': HEADER });
  await admin.deploy(sequence('calling', httpTask('Task_Call', 'Call', { Headers: headers })));
  await admin.deploy(sequence('scripted', scriptTask('Task_Script', 'return secret.missing.further;')));
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
  const variables = { secret: VARIABLE, apiKey: HEADER, serviceUrl: service.url };
  const guid = await olga.start('calling', variables);
  await olga.start('scripted', variables);
  await robot.start('failing', variables);
  await robot.cmd('RetryFailedTask', { instanceGuid: guid, updatedVariables: { other: VARIABLE } });
  await robot.cmd('SetProcessVariables', { instanceGuid: guid, variables: { third: VARIABLE } });
  answers.push(
    (await robot.cmd('CreateProcessDefinition', { bpmnXml: VARIABLE })).text,
    (await robot.cmd('RetryFailedTask', { instanceGuid: guid, updatedVariables: { a: { constructor: VARIABLE } } })).text,
    (await robot.cmd('SetProcessVariables', { instanceGuid: guid, variables: VARIABLE })).text,
    (await robot.post(`{"cmd":"SetProcessVariables","data":{"variables":{"a":${VARIABLE}}}}`)).text,
    (await robot.cmd('StartProcessInstance', { processKey: 'failing', runtimeContext: `{"a":${VARIABLE}}` })).text,
    (await new ApiClient(server.url, `${jwt}x`).cmd('GetProcessInstanceList')).text,
    (await new ApiClient(server.url, `${apiToken}x`).cmd('GetProcessInstanceList')).text,
    (await new ApiClient(server.url, jwt, 'other').cmd('SetProcessVariables', { variables })).text,
    (await robot.get(`/api/core/instances?errorText=${VARIABLE}&pageSize=x`)).text,
    (await robot.get(`/api/core/instances/unknown?access_token=${jwt}`)).text,
  );
  await onDatabase('ALTER TABLE process_instance RENAME COLUMN variables TO broken');
  answers.push((await robot.cmd('SetProcessVariables', { instanceGuid: guid, variables: { fourth: VARIABLE } })).text);
  answers.push(await robot.start('failing', variables).catch(String));
  await onDatabase('ALTER TABLE process_instance RENAME COLUMN broken TO variables');
  await onDatabase(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  // Whether it meets a broken connection or a new one is a matter of luck; what it leaves in the log is what counts.
  await robot.cmd('SetProcessVariables', { instanceGuid: guid, variables: { fifth: VARIABLE } });
}

async function onDatabase(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const secrets: readonly [string, () => string][] = [
  ["the server's own token", () => ADMIN_TOKEN],
  ['an API token', () => apiToken],
  ['a JSON Web Token', () => jwt],
  ['the signature of a JSON Web Token', () => jwt.split('.')[2] ?? ''],
  ['the secret that signs them', () => JWT_SECRET],
  ["a variable's value", () => VARIABLE],
  ["the value of a task's HTTP header", () => HEADER],
  ["the database's password", () => decodeURIComponent(new URL(database.url).password)],
];

describe('never told', () => {
  it('the service did get the header, and the log has lines of requests that failed', () => {
    expect(service.calls.map(({ headers }) => [headers['x-api-key'], headers['x-fixed']])).toContainEqual([HEADER, HEADER]);
    expect(server.log).toContain('"Token refused"');
    expect(server.log).toContain('"Request failed"');
    expect(answers.filter((text) => text.includes('"statusCode":"500"')).length).toBeGreaterThan(0);
  });

  it.each(secrets)('%s: not in the log', (_what, secret) => {
    expect(secret().length).toBeGreaterThan(8);
    expect(server.log.split('\n').filter((line) => line.includes(secret()))).toEqual([]);
  });

  it.each(secrets)('%s: not in the metrics', async (_what, secret) => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('reprise_command_duration_seconds');
    expect(metrics.includes(secret())).toBe(false);
  });

  it.each(secrets)('%s: not in refusals, nor in what the trail keeps of them', async (_what, secret) => {
    expect(answers.filter((text) => text.includes(secret()))).toEqual([]);
    const { text } = await new ApiClient(server.url, jwt).cmd('GetAuditTrail', { outcome: 'refused', pageSize: 100 });
    expect(text).toContain('"refused"');
    expect(text.includes(secret())).toBe(false);
  });

  it('the password of a database that refuses us: not at the start either', async () => {
    const unknown = new URL(database.url);
    unknown.pathname = '/no_such_database';
    const failed = await ProcessServer.start(unknown.href, { LOG_LEVEL: 'trace' }).catch(String);
    expect(failed).toContain('Expected the server to start, but it ended');
    expect(failed).toContain('no_such_database');
    expect(failed).not.toContain(unknown.password);
  });
});

describe('the log', () => {
  it('has a line of JSON for each command, with its correlation id and without what it was about', async () => {
    const headers = { 'x-correlation-id': 'log-line-1' };
    await server.admin.cmd('GetProcessInstanceState', { instanceGuid: 'nobody' }, headers);
    await server.admin.cmd('GetProcessDefinitionList', {}, headers);

    const lines = await server.linesWith('log-line-1', 2);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        level: 'info',
        msg: 'Command refused',
        command: 'GetProcessInstanceState',
        outcome: 'refused',
        tenantId: 'default',
        actor: expect.stringMatching(/^token:\d+:admin$/),
      },
      {
        level: 'debug',
        msg: 'Command done',
        command: 'GetProcessDefinitionList',
        outcome: 'succeeded',
        durationMs: expect.any(Number),
      },
    ]);
  });
});
