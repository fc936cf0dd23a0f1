import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { field, type ApiClient } from '../e2e/support/api-client.js';
import { handlerTask, sequence, userTask } from '../e2e/support/models.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

let server: TestServer;
let admin: ApiClient;
let client: pg.Client;

beforeAll(async () => {
  server = await startTestServer();
  admin = server.admin;
  client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await admin.deploy(sequence('waiting', userTask('Task_Wait', 'Wait')));
  await admin.deploy(sequence('failing', handlerTask('Task_Fail', 'reprise:fail-unless')));
});

afterAll(async () => {
  await client?.end();
  await server?.close();
});

describe('our fault', () => {
  it('is 500 with a correlation id that the log has, and never a stack or a statement', async () => {
    await client.query('ALTER TABLE process_instance RENAME COLUMN business_key TO broken');
    try {
      for (const [cmd, data] of [
        ['StartProcessInstance', { processKey: 'waiting' }],
        ['GetProcessInstanceList', {}],
      ] as const) {
        const answer = await admin.cmd(cmd, data, { 'x-correlation-id': `fault-${cmd}` });
        expect(answer.httpStatus).toBe(500);
        expect(JSON.parse(answer.text)).toEqual({
          isSuccessful: false,
          message: 'Something went wrong on our side. The log has the reason under the correlation id.',
          statusCode: '500',
          data: { correlationId: `fault-${cmd}` },
        });
        expect(answer.headers['x-correlation-id']).toBe(`fault-${cmd}`);
      }
    } finally {
      await client.query('ALTER TABLE process_instance RENAME COLUMN broken TO business_key');
    }
    expect(await admin.cmd('StartProcessInstance', { processKey: 'waiting' })).toMatchObject({ isSuccessful: true });
  });

  it('does not use up the idempotency key', async () => {
    const data = { processKey: 'waiting', instanceGuid: 'after-a-fault' };
    const headers = { 'idempotency-key': 'fault-key' };
    await client.query('ALTER TABLE process_instance RENAME COLUMN business_key TO broken');
    expect(await admin.cmd('StartProcessInstance', data, headers)).toMatchObject({ httpStatus: 500 });
    await client.query('ALTER TABLE process_instance RENAME COLUMN broken TO business_key');
    const answer = await admin.cmd('StartProcessInstance', data, headers);
    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, data: { instanceGuid: 'after-a-fault' } });
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('a race that is lost again and again', () => {
  it('is 503 with Retry-After, and nothing is changed', async () => {
    const instanceGuid = await admin.start('failing', {});
    await client.query(`
      CREATE FUNCTION lose_race() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'somebody else was first'; END $$;
      CREATE TRIGGER lose_race BEFORE UPDATE ON process_instance FOR EACH ROW EXECUTE FUNCTION lose_race();`);
    const before = await admin.state(instanceGuid);

    const answer = await admin.cmd('RetryFailedTask', { instanceGuid, updatedVariables: { ok: true } });

    expect(answer).toMatchObject({ httpStatus: 503, isSuccessful: false, statusCode: '503' });
    expect(answer.data).toEqual({ correlationId: answer.headers['x-correlation-id'] });
    expect(answer.headers['retry-after']).toBe('1');
    expect((await admin.state(instanceGuid)).text).toBe(before.text);
    await client.query('DROP TRIGGER lose_race ON process_instance');
    const again = await admin.cmd('RetryFailedTask', { instanceGuid, updatedVariables: { ok: true } });
    expect(field(again, 'status')).toBe('completed');
  });
});
